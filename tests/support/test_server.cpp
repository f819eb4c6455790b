#include "tests/support/test_server.h"

#include <QDeadlineTimer>
#include <QFile>
#include <QTcpServer>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>

namespace signalbox::test {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::seconds startDeadline{20}; // a machine under sanitizers and two other builds
constexpr std::chrono::seconds stopDeadline{20};

/// Waits until the child ended or the time is over; true when it ended. The child stays to be reaped.
bool waitForEnd(pid_t pid, std::chrono::milliseconds atMost)
{
    const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (descriptor < 0) return true; // it is gone already
    pollfd waiting{.fd = descriptor, .events = POLLIN, .revents = 0};
    const bool ended = ::poll(&waiting, 1, static_cast<int>(atMost.count())) == 1;
    ::close(descriptor);
    return ended;
}

pid_t spawn(QByteArrayList arguments)
{
    std::vector<char *> argv; // made before fork(): the child of a threaded program may not allocate
    for (QByteArray &argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child < 0) qFatal("TestServer cannot fork: %s", std::strerror(errno));
    if (child > 0) return child;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);      // no server outlives a test program that crashed
    if (::getppid() != parent) ::_exit(126); // it crashed before the line above
    ::execvp(argv[0], argv.data());
    ::_exit(127);
}

} // namespace

quint16 freePort()
{
    QTcpServer probe;
    if (!probe.listen(QHostAddress::LocalHost)) qFatal("No free port: %s", qPrintable(probe.errorString()));
    return probe.serverPort();
}

TestServer::TestServer(TestServerOptions options)
    : m_options(std::move(options)), m_folder(QStringLiteral("/tmp/signalbox-test-XXXXXX"))
{
    // Not below TMPDIR: a socket path has 107 bytes at most, and a long TMPDIR uses them up.
    if (!m_folder.isValid()) qFatal("TestServer has no folder: %s", qPrintable(m_folder.errorString()));
    if (m_options.tcp) m_tcpPort = freePort();
    if (!m_options.tlsCertificate.isEmpty()) m_tlsPort = freePort();
    if (!m_options.aclFile.isEmpty()) {
        QFile file(m_folder.filePath(QStringLiteral("users.acl")));
        if (!file.open(QIODevice::WriteOnly) || file.write(m_options.aclFile) != m_options.aclFile.size())
            qFatal("TestServer cannot write its ACL: %s", qPrintable(file.errorString()));
    }
    start();
}

TestServer::~TestServer()
{
    if (m_pid != 0) kill9(); // nothing of it is wanted any more, and a suspended one would ignore SIGTERM
}

redis::RedisUrl TestServer::url() const
{
    redis::RedisUrl url;
    url.scheme = redis::RedisUrl::Scheme::Unix;
    url.socketPath = socketPath();
    return url;
}

QString TestServer::urlText() const
{
    return QStringLiteral("unix://") + socketPath();
}

redis::RedisUrl TestServer::tcpUrl() const
{
    Q_ASSERT(m_options.tcp);
    redis::RedisUrl url;
    url.port = m_tcpPort;
    return url;
}

redis::RedisUrl TestServer::tlsUrl() const
{
    Q_ASSERT(m_tlsPort != 0);
    redis::RedisUrl url;
    url.scheme = redis::RedisUrl::Scheme::Tls;
    url.port = m_tlsPort;
    url.caFile = m_options.tlsCa;
    return url;
}

QString TestServer::socketPath() const
{
    return m_folder.filePath(QStringLiteral("redis.sock"));
}
QString TestServer::folder() const
{
    return m_folder.path();
}

QByteArrayList TestServer::arguments() const
{
    const QByteArray here = QFile::encodeName(m_folder.path());
    QByteArrayList list{"redis-server",
                        "--port",
                        QByteArray::number(m_tcpPort),
                        "--bind",
                        "127.0.0.1",
                        "--unixsocket",
                        here + "/redis.sock",
                        "--dir",
                        here,
                        "--logfile",
                        here + "/redis.log",
                        "--save",
                        "",
                        "--daemonize",
                        "no",
                        "--enable-debug-command",
                        "yes"};
    if (m_options.appendOnly)
        list << "--appendonly"
             << "yes"
             << "--appendfsync"
             << "always";
    if (!m_options.aclFile.isEmpty()) list << "--aclfile" << here + "/users.acl";
    if (m_tlsPort != 0) {
        list << "--tls-port" << QByteArray::number(m_tlsPort) << "--tls-cert-file"
             << QFile::encodeName(m_options.tlsCertificate) << "--tls-key-file"
             << QFile::encodeName(m_options.tlsKey) << "--tls-ca-cert-file"
             << QFile::encodeName(m_options.tlsCa) << "--tls-auth-clients"
             << (m_options.tlsClientCertificates ? "yes" : "no");
    }
    return list << m_options.extraArguments;
}

void TestServer::start()
{
    startWithoutWaiting();
    waitUntilItAnswers();
}

void TestServer::startWithoutWaiting()
{
    if (m_pid != 0) qFatal("TestServer::start: it runs already, as process %d.", m_pid);
    QFile::remove(
        socketPath()); // left by kill9(); a connect to it would be refused, which reads like a broken start
    m_pid = spawn(arguments());
}

void TestServer::waitUntilItAnswers()
{
    const QDeadlineTimer deadline(startDeadline);
    while (!RawRedis::answers(socketPath(), 2s)) {
        if (waitForEnd(m_pid, 5ms)) {
            int status = 0;
            ::waitpid(m_pid, &status, 0);
            if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
                qFatal("redis-server cannot be run. Install it: apt-get install redis-server");
            qFatal("redis-server ended at once. The end of its log:\n%s", logTail().constData());
        }
        if (deadline.hasExpired())
            qFatal("redis-server does not answer after %lld s. The end of its log:\n%s",
                   static_cast<long long>(startDeadline.count()), logTail().constData());
    }
}

void TestServer::waitUntilGone()
{
    if (!waitForEnd(m_pid, stopDeadline))
        qFatal("redis-server %d does not end. The end of its log:\n%s", m_pid, logTail().constData());
    ::waitpid(m_pid, nullptr, 0);
    m_pid = 0;
}

void TestServer::kill9()
{
    if (m_pid == 0) qFatal("TestServer::kill9: it does not run.");
    ::kill(m_pid, SIGKILL);
    waitUntilGone();
}

void TestServer::stop()
{
    if (m_pid == 0) qFatal("TestServer::stop: it does not run.");
    ::kill(m_pid, SIGTERM);
    waitUntilGone();
}

void TestServer::restart()
{
    stop();
    start();
}

void TestServer::suspend()
{
    ::kill(m_pid, SIGSTOP);
    int status = 0;
    ::waitpid(m_pid, &status, WUNTRACED); // only now is it certain that it answers nothing more
}

void TestServer::resume()
{
    ::kill(m_pid, SIGCONT);
}

QByteArray TestServer::logTail() const
{
    QFile log(m_folder.filePath(QStringLiteral("redis.log")));
    if (!log.open(QIODevice::ReadOnly)) return "(it wrote no log)";
    return log.readAll().right(2000);
}

} // namespace signalbox::test
