#include "tests/faults/scene.h"

#include "core/redis/script.h"

#include <QCryptographicHash>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace signalbox::queue::scripts {
extern const redis::ScriptSource cancel, promote_due, publish_pool, reap, renew_leases, report,
    settle_and_claim, submit;
}

namespace signalbox::test {

using namespace Qt::StringLiterals;

namespace {

constexpr int keysOfAScript = 22;
QByteArray key(const char *noun)
{
    return QByteArray("{signalbox:default}:") + noun;
}

} // namespace

QByteArray scriptOf(const FaultProxy::Command &command)
{
    static const QHash<QByteArray, QByteArray> names = [] {
        QHash<QByteArray, QByteArray> all;
        for (const redis::ScriptSource *script :
             {&queue::scripts::cancel, &queue::scripts::promote_due, &queue::scripts::publish_pool,
              &queue::scripts::reap, &queue::scripts::renew_leases, &queue::scripts::report,
              &queue::scripts::settle_and_claim, &queue::scripts::submit})
            all.insert(QCryptographicHash::hash(script->text, QCryptographicHash::Sha1).toHex(),
                       script->name);
        return all;
    }();
    return command.isScript() && command.words.size() > 1 ? names.value(command.words.at(1)) : QByteArray();
}

int wantedBy(const FaultProxy::Command &command)
{
    return command.words.value(3 + keysOfAScript + 3).toInt();
}

int settlementsOf(const FaultProxy::Command &command)
{
    return command.words.value(3 + keysOfAScript + 5).toInt();
}

bool isAlive(pid_t pid)
{
    QFile status(u"/proc/%1/stat"_s.arg(pid));
    if (!status.open(QIODevice::ReadOnly)) return false;
    const QByteArray text = status.readAll();
    return text.mid(text.lastIndexOf(')') + 2, 1) != "Z";
}

Scene::Scene(TestServerOptions options) : m_server(std::move(options)) { }

QStringList Scene::submit(int count, QJsonObject wishes, QJsonObject options)
{
    wishes.insert(u"ledger"_s, m_folder.filePath(u"ledger"_s));
    options.insert(u"handler"_s, u"fault"_s);
    options.insert(u"kwargs"_s, wishes);
    const QByteArray line = QJsonDocument(options).toJson(QJsonDocument::Compact) + '\n';
    const CtlRun run = runCtl(url(), {u"--json"_s, u"submit"_s, u"--file"_s, u"-"_s}, line.repeated(count));
    if (run.exitCode != 0) qFatal("submit failed: %s", run.errors.constData());
    QStringList ids;
    for (const QByteArray &row : run.output.split('\n')) {
        const QString id = QJsonDocument::fromJson(row).object().value(u"job_id"_s).toString();
        if (!id.isEmpty()) ids += id;
    }
    if (ids.size() != count)
        qFatal("submit acknowledged %lld of %d: %s", qlonglong(ids.size()), count, run.output.constData());
    m_acknowledged += ids;
    return ids;
}

QString Scene::makeGate()
{
    const QString gate = m_folder.filePath(u"gate%1"_s.arg(++m_gates));
    if (mkfifo(QFile::encodeName(gate).constData(), 0600) != 0) qFatal("No fifo: %s", std::strerror(errno));
    return gate;
}

void Scene::openGate(const QString &gate, int runs)
{
    // Each waiting run has the fifo open for reading, or is about to: opening for writing waits for one of
    // them.
    for (int i = 0; i < runs; ++i) {
        const int fd = open(QFile::encodeName(gate).constData(), O_WRONLY | O_CLOEXEC);
        if (fd < 0) qFatal("The gate does not open: %s", std::strerror(errno));
        close(fd);
    }
}

QList<Scene::Line> Scene::ledger() const
{
    QList<Line> lines;
    QFile file(m_folder.filePath(u"ledger"_s));
    if (!file.open(QIODevice::ReadOnly)) return lines;
    for (const QByteArray &text : file.readAll().split('\n')) {
        const QByteArrayList words = text.split(' ');
        if (words.size() == 4)
            lines += {QString::fromLatin1(words[0]), QString::fromLatin1(words[1]), words[2].toInt(),
                      static_cast<pid_t>(words[3].toLong())};
    }
    return lines;
}

int Scene::lines(const QString &word, const QString &id) const
{
    const QList<Line> all = ledger();
    return static_cast<int>(std::count_if(all.begin(), all.end(), [&](const Line &line) {
        return line.word == word && (id.isEmpty() || line.id == id);
    }));
}

QByteArray Scene::runRecord(const QString &id) const
{
    return m_server.raw().command({"HGET", key("runs"), id.toLatin1()}).text;
}

char Scene::state(const QString &id) const
{
    if (m_server.raw().command({"HEXISTS", key("jobs"), id.toLatin1()}).integer == 0) return '?';
    const QByteArray letter = runRecord(id).split(' ').value(1);
    return letter.isEmpty() ? 'P' : letter.at(0);
}

int Scene::attempts(const QString &id) const
{
    return runRecord(id).split(' ').value(3).toInt();
}

QString Scene::text(const QString &id) const
{
    const QByteArray record = runRecord(id);
    const qsizetype line = record.indexOf('\n');
    return line < 0 ? QString() : QString::fromUtf8(record.mid(line + 1));
}

qint64 Scene::counter(const QByteArray &field) const
{
    return m_server.raw().command({"HGET", key("counts"), field}).text.toLongLong();
}

QString Scene::audit(const QByteArray &states, int faults) const
{
    QStringList wrong;
    int extraRuns = 0;
    for (const QString &id : m_acknowledged) { // L1, L4
        const char now = state(id);
        if (!states.contains(now)) wrong += u"%1 is in state %2"_s.arg(id).arg(QLatin1Char(now));
        extraRuns += std::max(0, lines(u"begin"_s, id) - std::max(1, attempts(id)));
    }
    if (extraRuns > faults) wrong += u"%1 extra runs for %2 faults (L4)"_s.arg(extraRuns).arg(faults);
    if (extraRuns > counter("leases_lost") + counter("released"))
        wrong += u"%1 extra runs, %2 lost leases (L4)"_s.arg(extraRuns).arg(counter("leases_lost"));
    if (counter("submitted") != m_acknowledged.size())
        wrong += u"%1 submitted, %2 acknowledged (L2)"_s.arg(counter("submitted")).arg(m_acknowledged.size());
    const CtlRun doctor = runCtl(url(), {u"--json"_s, u"doctor"_s, u"--deep"_s}); // L8
    const QJsonObject found = QJsonDocument::fromJson(doctor.output).object();
    if (!found.value(u"healthy"_s).toBool())
        wrong += u"doctor: "_s + QString::fromUtf8(doctor.output + doctor.errors);
    return wrong.join(u"; "_s);
}

} // namespace signalbox::test
