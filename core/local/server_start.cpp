#include "core/local/server_start.h"

#include "core/local/redis_config.h"
#include "core/local/words.h"

#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>

namespace signalbox::local {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr auto socketFile = "socket"_L1; // where the running server listens: others read it
constexpr auto configFile = "redis.conf"_L1;
constexpr auto askInterval = 10ms;
constexpr auto silenceMax = 30s; // not listening at all; loading its data may take any time
constexpr qint64 logBytesMax = 5 * 1024 * 1024;

} // namespace

ServerStart::ServerStart(const PrivateFolder &folder, const PrivateRedisOptions &options,
                         const runtime::Seams &seams, ServerLink &link, QObject *parent)
    : QObject(parent),
      m_folder(folder),
      m_options(options),
      m_seams(seams),
      m_link(link),
      m_data(folder),
      m_repair(folder, seams),
      m_again(seams.timers->makeTimer([this] { askAgain(); }))
{
    connect(&m_process, &ProcessWatch::ended, this, &ServerStart::processEnded);
}

void ServerStart::begin(Done done)
{
    m_done = std::move(done);
    m_silentUntil = m_seams.clock->monotonicNow() + silenceMax;
    look();
}

void ServerStart::look()
{
    Result<FileLock> lock = FileLock::open(m_folder.filePath(QLatin1StringView(serverLockName)));
    if (!lock) return refuse(lock.error());
    if (lock->tryLock(FileLock::Mode::Exclusive)) {
        m_serverLock = std::move(*lock);
        m_attached = false;
        prepare();
        return;
    }
    const Result<QByteArray> path = m_folder.read(socketFile);
    if (!path) return refuse(path.error());
    m_socketPath = QFile::decodeName(*path);
    m_attached = true;
    ask();
}

void ServerStart::prepare()
{
    Result<QString> program = findProgram();
    if (!program) return refuse(program.error());
    m_program = *program;
    Result<QString> socket = chooseSocketPath(m_folder);
    if (!socket) return refuse(socket.error());
    m_socketPath = *socket;
    const Result<> written = writeFiles();
    if (!written) return refuse(written.error());
    switch (m_data.state()) {
    case AofFolder::State::Fresh:
    case AofFolder::State::Whole:
        return launch();
    case AofFolder::State::ManifestMissing:
        return rebuildManifest();
    case AofFolder::State::DataMissing:
        return refuse(AofFolder::dataMissing(m_folder));
    }
}

void ServerStart::rebuildManifest()
{
    const Result<QByteArray> manifest = m_data.buildManifest();
    if (!manifest) return refuse(manifest.error());
    m_repair.copyAside([this, text = *manifest](const Result<QString> &copy) {
        if (!copy) return refuse(copy.error());
        const Result<> written = m_data.writeManifest(text);
        if (!written) return refuse(written.error());
        m_notices.append(
            Words::tr("The private server's data had lost its manifest; it was made anew from the files "
                      "that are there. The data as it was lies in %1.")
                .arg(*copy));
        launch();
    });
}

Result<QString> ServerStart::findProgram() const
{
    const QString wanted = m_options.program.isEmpty() ? u"redis-server"_s : m_options.program;
    const QString found = QStandardPaths::findExecutable(wanted);
    if (!found.isEmpty()) return QFileInfo(found).absoluteFilePath();
    return fail(
        Error::Kind::Unavailable, Words::tr("The private server cannot start."),
        Words::tr("There is no program %1 here.").arg(wanted),
        Words::tr("Install it with: sudo apt install redis-server. Or name a server of yours with --redis or "
                  "REDIS_URL."));
}

Result<> ServerStart::writeFiles()
{
    const QString log = m_folder.filePath(QLatin1StringView(redisLogName));
    if (QFileInfo(log).size() > logBytesMax) {
        QFile::remove(log + u".1"_s);
        QFile::rename(log, log + u".1"_s);
    }
    m_logBegin = QFileInfo(log).size();
    return m_folder
        .write(configFile, toText(RedisConfig{m_folder.path(), m_socketPath, m_options.fsyncAlways}))
        .and_then([&] { return m_folder.write(socketFile, QFile::encodeName(m_socketPath)); });
}

void ServerStart::launch()
{
    // The server inherits the lock's descriptor: who holds the lock is, to the kernel, the running server,
    // also when we are killed before the next line.
    const Result<pid_t> pid = launchDetached({m_program,
                                              {m_folder.filePath(configFile)},
                                              m_folder.filePath(QLatin1StringView(redisLogName)),
                                              m_serverLock.descriptor()});
    if (!pid) return refuse(pid.error());
    m_silentUntil = m_seams.clock->monotonicNow() + silenceMax;
    m_process.watch(*pid);
    ask();
}

void ServerStart::ask()
{
    m_link.ask(m_socketPath, [this](ServerLink::Answer answer) { heed(answer); });
}

void ServerStart::askAgain()
{
    // One that others left running may have been on its way out: then it is for us to start the next.
    if (m_attached)
        look();
    else
        ask();
}

void ServerStart::heed(ServerLink::Answer answer)
{
    switch (answer) {
    case ServerLink::Answer::Ready:
        return finish();
    case ServerLink::Answer::Loading:
        m_silentUntil = m_seams.clock->monotonicNow() + silenceMax;
        break;
    case ServerLink::Answer::Nobody:
        break;
    case ServerLink::Answer::Refused:
        return refuse({Error::Kind::Unavailable,
                       Words::tr("The private server at %1 refuses us.").arg(m_socketPath),
                       QString::fromUtf8(m_link.text()), Words::tr("Its log is beside it: redis.log.")});
    }
    if (m_seams.clock->monotonicNow() < m_silentUntil) {
        m_again->start(askInterval);
        return;
    }
    refuse(lastWords(Words::tr("The private server runs but does not answer at %1.").arg(m_socketPath)));
}

void ServerStart::processEnded()
{
    if (!m_done) return;
    m_again->stop();
    m_link.close();
    if (m_wasMended || !AofRepair::isAboutDamage(logSinceLaunch()))
        return refuse(lastWords(Words::tr("The private server ended as it started.")));
    m_wasMended = true; // once: what the tool could not mend, it will not mend the second time
    m_repair.mend([this](const Result<QString> &mended) {
        if (!mended) return refuse(mended.error());
        m_notices.append(*mended);
        m_logBegin = QFileInfo(m_folder.filePath(QLatin1StringView(redisLogName))).size();
        launch();
    });
}

void ServerStart::finish()
{
    m_process.stop();
    m_serverLock.close(); // the server has its own descriptor of it
    const Result<> marked = m_data.markUsed();
    if (!marked) return refuse(marked.error());
    redis::RedisUrl url;
    url.scheme = redis::RedisUrl::Scheme::Unix;
    url.socketPath = m_socketPath;
    std::exchange(m_done, {})(PrivateRedis::Started{url, m_attached, m_notices.join(u' ')});
}

void ServerStart::refuse(Error error)
{
    m_again->stop();
    m_process.stop();
    m_serverLock.close();
    m_link.close();
    if (m_done) std::exchange(m_done, {})(tl::unexpected(std::move(error)));
}

QByteArray ServerStart::logSinceLaunch() const
{
    QFile log(m_folder.filePath(QLatin1StringView(redisLogName)));
    if (!log.open(QIODevice::ReadOnly) || !log.seek(m_logBegin)) return {};
    return log.read(logBytesMax);
}

Error ServerStart::lastWords(const QString &what) const
{
    const QList<QByteArray> lines = logSinceLaunch().trimmed().split('\n');
    return {Error::Kind::Unavailable, what,
            Words::tr("Its last words: %1")
                .arg(QString::fromUtf8(lines.mid(qMax(0, lines.size() - 3)).join(' '))),
            Words::tr("All of them are in %1.").arg(m_folder.filePath(QLatin1StringView(redisLogName)))};
}

} // namespace signalbox::local
