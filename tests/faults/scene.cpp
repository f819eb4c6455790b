#include "tests/faults/scene.h"

#include "core/redis/script.h"

#include <QCryptographicHash>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRandomGenerator>
#include <QTest>
#include <QUuid>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>

namespace signalbox::queue::scripts {
extern const redis::ScriptSource cancel, promote_due, publish_pool, reap, renew_leases, report,
    settle_and_claim, submit;
}

namespace signalbox::test {

using namespace Qt::StringLiterals;
using std::chrono::microseconds;
using std::chrono::milliseconds;

namespace {

constexpr int keysOfAScript = 22;
constexpr milliseconds slack{10'000}; ///< of L7
/// What a JSON reader of doubles, or one that forgets what an empty list was, would not give back.
const QByteArray args = "[9007199254740993,1.0,[],{}]";

QByteArray key(const char *noun)
{
    return QByteArray("{signalbox:default}:") + noun;
}

/// All waits of a job that always fails, with the greatest jitter.
milliseconds backoffOf(const QJsonObject &options)
{
    const double base = options.value(u"retry_delay"_s).toDouble(1),
                 factor = options.value(u"retry_backoff"_s).toDouble(2);
    double sum = 0;
    for (int n = 0; n < options.value(u"max_retries"_s).toInt(3); ++n) sum += base * std::pow(factor, n);
    return milliseconds{static_cast<qint64>(std::ceil(sum * 1100))};
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

quint32 testSeed()
{
    static const quint32 seed = [] {
        const auto given = static_cast<quint32>(qEnvironmentVariableIntValue("SIGNALBOX_SEED"));
        const quint32 drawn = given != 0 ? given : QRandomGenerator::system()->generate() % 1'000'000 + 1;
        qInfo("seed %u (SIGNALBOX_SEED repeats it)", drawn);
        return drawn;
    }();
    return seed;
}

int timesIn(int commit, int soak)
{
    return qEnvironmentVariableIsSet("SIGNALBOX_SOAK") ? soak : commit;
}

Scene::Scene(TestServerOptions options)
    : m_server(std::move(options)), m_ledger(m_folder.filePath(u"ledger"_s))
{
    m_quiet.start();
}

Scene::~Scene()
{
    for (const int fd : m_openGates) close(fd);
}

QStringList Scene::submit(int count, QJsonObject wishes, QJsonObject options, const QString &url)
{
    const QString through = url.isEmpty() ? this->url() : url;
    if (wishes.value(u"mode"_s) == u"fail"_s) m_backoff = std::max(m_backoff, backoffOf(options));
    wishes.insert(u"ledger"_s, m_ledger.file());
    const QByteArray kwargs = QJsonDocument(wishes).toJson(QJsonDocument::Compact);
    options.insert(u"handler"_s, u"fault"_s);
    QHash<QString, QByteArray> waiting; // id → its line, while it is not acknowledged
    QStringList ids;
    for (int i = 0; i < count; ++i) {
        ids += QUuid::createUuid().toString(QUuid::WithoutBraces);
        options.insert(u"id"_s, ids.last());
        // By hand, as the JSON of Qt would spoil just what has to come back byte for byte.
        waiting.insert(ids.last(),
                       QJsonDocument(options).toJson(QJsonDocument::Compact).chopped(1) + ",\"args\":" + args
                           + ",\"kwargs\":" + kwargs + "}\n");
    }
    for (int calls = 0; !waiting.isEmpty(); ++calls) {
        if (calls == 100)
            qFatal("A hundred calls, and %lld jobs are not acknowledged", qlonglong(waiting.size()));
        QByteArray lines;
        for (const QString &id : std::as_const(ids)) lines += waiting.value(id);
        const CtlRun run = runCtl(through, {u"--json"_s, u"submit"_s, u"--file"_s, u"-"_s}, lines);
        if (run.exitCode != 0 && url.isEmpty()) qFatal("submit failed: %s", run.errors.constData());
        for (const QByteArray &row : run.output.split('\n'))
            waiting.remove(QJsonDocument::fromJson(row).object().value(u"job_id"_s).toString());
    }
    QByteArrayList acknowledged;
    for (const QString &id : std::as_const(ids)) acknowledged += id.toLatin1();
    const QStringList levels{u"low"_s, u"normal"_s, u"high"_s, u"critical"_s};
    const auto level = levels.indexOf(options.value(u"priority"_s).toString(u"normal"_s));
    acknowledge(acknowledged, static_cast<int>(level), args + kwargs);
    return ids;
}

void Scene::acknowledge(const QByteArrayList &ids, int level, const QByteArray &payload)
{
    QList<LedgerLine> lines;
    for (const QByteArray &id : ids) lines.append({"submitted", id, level, 0, payload});
    m_ledger.append(lines);
    m_quiet.start();
}

QStringList Scene::acknowledged() const
{
    QStringList ids;
    for (const LedgerLine &line : ledger())
        if (line.word == "submitted") ids += QString::fromLatin1(line.id);
    return ids;
}

void Scene::noteFault(int touched)
{
    ++m_faults;
    m_touched += touched;
    m_quiet.start();
}

QString Scene::makeGate()
{
    const QString gate = m_folder.filePath(u"gate%1"_s.arg(++m_gates));
    if (mkfifo(QFile::encodeName(gate).constData(), 0600) != 0) qFatal("No fifo: %s", std::strerror(errno));
    return gate;
}

void Scene::openGate(const QString &gate)
{
    // For reading too: a fifo that is open for writing somewhere keeps no reader waiting, and this open waits
    // for none.
    const int fd = open(QFile::encodeName(gate).constData(), O_RDWR | O_CLOEXEC);
    if (fd < 0) qFatal("The gate does not open: %s", std::strerror(errno));
    m_openGates.push_back(fd);
    m_quiet.start();
}

int Scene::lines(const QByteArray &word, const QString &id) const
{
    const QList<LedgerLine> all = ledger();
    return static_cast<int>(std::count_if(all.begin(), all.end(), [&](const LedgerLine &line) {
        return line.word == word && (id.isEmpty() || line.id == id.toLatin1());
    }));
}

pid_t Scene::firstRun() const
{
    for (const LedgerLine &line : ledger())
        if (line.word == "begin") return line.pid;
    return 0;
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

bool Scene::haveAllEnded() const
{
    RawRedis raw = m_server.raw();
    for (const char *noun : {"pending", "scheduled", "retrying", "running", "blocked"})
        if (raw.command({"ZCARD", key(noun)}).integer > 0) return false;
    return true;
}

QString Scene::audit(const Terms &terms) const
{
    const auto lease = milliseconds{static_cast<qint64>(terms.leaseSeconds * 1000)};
    const milliseconds within = std::max(lease, m_backoff) + slack;
    const qint64 left = within.count() - m_quiet.elapsed();
    (void)QTest::qWaitFor([this] { return haveAllEnded(); }, static_cast<int>(std::max(left, qint64{0})));

    RawRedis raw = m_server.raw();
    const redis::Reply time = raw.command({"TIME"});
    const auto now = std::chrono::seconds{time.at(0).toInteger()} + microseconds{time.at(1).toInteger()};
    const AuditReport report
        = test::audit(raw, ledger(),
                      {.states = terms.states,
                       .touched = m_touched,
                       .isOrdered = terms.isOrdered,
                       .liveness = AuditTerms::Liveness{now - milliseconds{m_quiet.elapsed()}, within}});
    qInfo("audit: seed %u, %d faults, %d jobs, %d runs, %d of them again, %d leases lost; the last job ended "
          "%lld ms after the last fault (within %lld)",
          testSeed(), m_faults, report.jobs, report.runs, report.extraRuns, report.leasesLost,
          static_cast<long long>(report.lastEnd.value_or(microseconds{0}).count() / 1000),
          static_cast<long long>(within.count()));
    QStringList wrong = report.breaches;
    const QString opinion = doctorsOpinion();
    if (!opinion.isEmpty()) wrong.append(opinion);
    return wrong.join(u"; "_s);
}

QString Scene::doctorsOpinion() const // L8 once more, by the program's own means
{
    const CtlRun doctor = runCtl(url(), {u"--json"_s, u"doctor"_s, u"--deep"_s});
    const QJsonObject found = QJsonDocument::fromJson(doctor.output).object();
    if (found.value(u"healthy"_s).toBool()) return {};
    return u"doctor: "_s + QString::fromUtf8(doctor.output + doctor.errors);
}

} // namespace signalbox::test
