#include "core/metrics/prometheus.h"

#include <QRegularExpression>
#include <QTest>

using namespace signalbox;
using namespace signalbox::metrics;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

/// A job that waits an hour, fails after 2 s, waits 5 s for its retry, and completes in 50 ms.
MetricsSeries life()
{
    MetricsBucket bucket{.number = 29'983'333};
    HandlerFigures &send = bucket.handlers[u"send"_s];
    send.completed = send.failed = send.retried = 1;
    send.run.observe(2'000'000);
    send.run.observe(50'000);
    send.retryDelay.observe(5'000'000);
    send.resultBytes.observe(1000);
    bucket.workers.waitByLevel[0].observe(3'600'000'000);
    bucket.workers.waitByLevel[0].observe(250'000);
    MetricsSeries series;
    series.queue = u"mail"_s;
    series.resolution = MetricsResolution::Coarse;
    series.first = bucket.number - 100;
    series.last = bucket.number;
    series.serverNow = series.startOf(series.last) + 5s;
    series.buckets = {bucket};
    return series;
}

PrometheusInput sample()
{
    PrometheusInput input;
    input.now = fromMicros(1'800'000'000'000'000);
    QueueStats mail;
    mail.queue = u"mail"_s;
    mail.pendingByPriority = {1, 20, 3, 4};
    mail.sizes[static_cast<size_t>(JobStatus::DeadLetter)] = 5;
    QueueStats other = mail;
    other.queue = u"other"_s;
    other.pendingByPriority = {0, 2, 0, 0};
    input.queues = {mail, other};
    const QMap<QString, QMap<QString, qint64>> counts{
        {u"submitted.normal"_s, {{u"send"_s, 10}}}, {u"submitted.high"_s, {{u"send"_s, 2}}},
        {u"completed"_s, {{u"send"_s, 7}}},         {u"failed"_s, {{u"send"_s, 3}}},
        {u"cancelled"_s, {{u"send"_s, 1}}},         {u"retried"_s, {{u"send"_s, 2}}},
        {u"dead_letter"_s, {{u"send"_s, 1}}},       {u"run_us"_s, {{u"send"_s, 2'500'000}}}};
    input.handlers = {counts, {{u"completed"_s, {{u"send"_s, 1}, {u"hash"_s, 4}}}}};
    PoolInfo pool;
    const auto worker = [&](WorkerStatus status, std::chrono::seconds age, const QString &handler) {
        WorkerInfo info;
        info.status = status;
        info.lastHeartbeat = input.now - age;
        info.currentHandler = handler;
        if (!handler.isEmpty()) info.currentJob = JobId::trusted("5f2c41d0-aaaa-4bbb-8ccc-0123456789ab");
        return info;
    };
    pool.workers = {worker(WorkerStatus::Busy, 1s, u"send"_s), worker(WorkerStatus::Idle, 1s, {}),
                    worker(WorkerStatus::Idle, 31s, {})};
    input.pools = {pool};
    input.recorded = {life()};
    return input;
}

} // namespace

class PrometheusTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyPromisedNameIsThere_data();
    void everyPromisedNameIsThere();
    void everyLineIsOfTheFormat();
    void labelsCannotBreakOut();
    void helpSaysWhichTimeIsMeant();
    void nothingIsStillAPage();
};

void PrometheusTest::everyPromisedNameIsThere_data()
{
    QTest::addColumn<QByteArray>("line");
    for (const char *line :
         {"jobs_submitted_total{handler=\"send\",priority=\"normal\"} 10",
          "jobs_submitted_total{handler=\"send\",priority=\"high\"} 2",
          "jobs_completed_total{handler=\"send\",status=\"success\"} 8", // of both queues
          "jobs_completed_total{handler=\"hash\",status=\"success\"} 4",
          "jobs_completed_total{handler=\"send\",status=\"failed\"} 3",
          "jobs_completed_total{handler=\"send\",status=\"cancelled\"} 1",
          "jobs_retried_total{handler=\"send\"} 2",
          "jobs_dead_letter_total{handler=\"send\"} 1",
          "jobs_pending{priority=\"low\"} 1",
          "jobs_pending{priority=\"normal\"} 22",
          "jobs_pending{priority=\"high\"} 3",
          "jobs_pending{priority=\"critical\"} 4",
          "jobs_running{handler=\"send\"} 1",
          "jobs_dead_letter 10",
          "workers_total 2",
          "workers_idle 1",
          "workers_busy 1", // one heartbeat is too old to count
          "jobs_run_seconds_total{handler=\"send\"} 2.5",
          "job_duration_seconds_bucket{handler=\"send\",le=\"0.032767\"} 0",
          "job_duration_seconds_bucket{handler=\"send\",le=\"0.065535\"} 1",
          "job_duration_seconds_bucket{handler=\"send\",le=\"2.097151\"} 2", // buckets add up
          "job_duration_seconds_bucket{handler=\"send\",le=\"+Inf\"} 2",
          "job_duration_seconds_sum{handler=\"send\"} 2.05",
          "job_duration_seconds_count{handler=\"send\"} 2",
          "job_queue_time_seconds_bucket{priority=\"low\",le=\"2147.483647\"} 1", // of the second run
          "job_queue_time_seconds_bucket{priority=\"low\",le=\"4294.967295\"} 2",
          "job_queue_time_seconds_sum{priority=\"low\"} 3600.25",
          "job_retry_delay_seconds_bucket{handler=\"send\",le=\"8.388607\"} 1",
          "job_retry_delay_seconds_count{handler=\"send\"} 1",
          "job_result_size_bytes_bucket{handler=\"send\",le=\"1023\"} 1",
          "job_result_size_bytes_sum{handler=\"send\"} 1000"})
        QTest::newRow(line) << QByteArray(line);
}

void PrometheusTest::everyPromisedNameIsThere()
{
    QFETCH(QByteArray, line);
    const QByteArray text = prometheusText(sample());
    QVERIFY2(text.contains('\n' + line + '\n'), text.constData());
}

void PrometheusTest::everyLineIsOfTheFormat()
{
    static const QRegularExpression comment(u"^# (HELP|TYPE) [a-z_]+ .+$"_s);
    static const QRegularExpression figure(
        uR"(^([a-z_]+)(\{[a-z]+="([^"\\]|\\["\\n])*"(,[a-z]+="([^"\\]|\\["\\n])*")*\})? -?[0-9.]+$)"_s);
    const QStringList lines = QString::fromUtf8(prometheusText(sample())).split(u'\n');
    QCOMPARE(lines.last(), QString()); // the last line ends too
    QString name;
    for (const QString &line : lines.mid(0, lines.size() - 1)) {
        if (line.startsWith(u"# TYPE ")) name = line.section(u' ', 2, 2);
        if (line.startsWith(u'#')) {
            QVERIFY2(comment.match(line).hasMatch(), qPrintable(line));
            continue;
        }
        const auto match = figure.match(line);
        QVERIFY2(match.hasMatch(), qPrintable(line));
        QVERIFY2(match.captured(1).startsWith(name), qPrintable(line)); // figures of one name stand together
    }
}

void PrometheusTest::labelsCannotBreakOut()
{
    PrometheusInput input;
    input.queues = {QueueStats()};
    input.handlers = {{{u"completed"_s, {{u"a\"} 1\nworkers_total 99\\\033[2J"_s, 1}}}}};
    const QByteArray text = prometheusText(input);
    QVERIFY2(text.contains("handler=\"a\\\"} 1\\nworkers_total 99\\\\?[2J\""), text.constData());
    QVERIFY(!text.contains("\nworkers_total 99"));
    QVERIFY(!text.contains('\033'));
}

void PrometheusTest::helpSaysWhichTimeIsMeant()
{
    const QByteArray seen = "recorded from 2027-01-03T16:33:00.000000Z to 2027-01-03T18:13:05.000000Z;";
    for (const char *name : {"job_duration_seconds", "job_queue_time_seconds", "job_retry_delay_seconds",
                             "job_result_size_bytes"}) {
        const QByteArray page = prometheusText(sample());
        const qsizetype at = page.indexOf(QByteArray("# HELP ") + name + ' ');
        QVERIFY2(at >= 0 && page.mid(at, page.indexOf('\n', at) - at).contains(seen), page.constData());
        QVERIFY(page.contains(QByteArray("# TYPE ") + name + " histogram\n"));
    }
    QVERIFY(prometheusText({}).contains("# HELP job_duration_seconds How long runs took, of nothing.\n"));
}

void PrometheusTest::nothingIsStillAPage()
{
    const QByteArray text = prometheusText({});
    QVERIFY(text.contains("\njobs_dead_letter 0\n"));
    QVERIFY(text.contains("\nworkers_total 0\n"));
}

QTEST_GUILESS_MAIN(PrometheusTest)
#include "prometheus_test.moc"
