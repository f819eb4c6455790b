#include "core/queue/queue_state.h"
#include "core/service/settings.h"
#include "core/service/settings_table.h"

#include <QFile>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

using namespace signalbox;
using namespace signalbox::service;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using Values = Settings::Values;

namespace {

Error errorOf(const Result<Settings> &settings)
{
    if (settings) qFatal("Settings were taken that should have been refused.");
    return settings.error();
}

Result<Settings> fromFile(const QByteArray &text)
{
    return Settings::resolve({}, {}, text, u"settings.json"_s);
}

} // namespace

class SettingsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void nothingGivenIsTheDefaults();
    void commandLineOverEnvironmentOverFileOverDefault();
    void historicVariablesAreRead();
    void emptyVariableIsUnset();
    void strangersVariablesAreIgnored();
    void everyDefaultIsAValidValue();
    void aQueuesLimitsHaveTheDefaultsThatTheQueueTakes();
    void everySettingCanBeSetFromEverySource();
    void errorNamesSettingAndSource_data();
    void errorNamesSettingAndSource();
    void unknownSettingIsAnError();
    void fileMayNestOrDot();
    void malformedFileIsNamedWithItsLine();
    void passwordOfAWrongUrlIsNotRepeated();
    void heartbeatMustBeShorterThanTheLease();
    void whatThePoolRefusesIsNoSetting_data();
    void whatThePoolRefusesIsNoSetting();
    void whatIsASettingThePoolTakes();
    void queuesHaveWeights();
    void whatIsNotBuiltIsSaid();
    void documentationListsTheSameSettings();
};

void SettingsTest::nothingGivenIsTheDefaults()
{
    const auto settings = Settings::resolve({}, {}, {}, {});
    QVERIFY(settings);
    QCOMPARE(settings->enabled, true);
    QCOMPARE(settings->queueType, Settings::QueueType::Redis);
    QVERIFY(!settings->redisUrl);
    QCOMPARE(settings->prefix, u"signalbox"_s);
    QVERIFY(!settings->limits.sizeMax);
    QCOMPARE(settings->pool.heartbeat, 10s);
    QCOMPARE(settings->pool.shutdownTimeout, 30s);
    QCOMPARE(settings->pool.jobsPerWorkerMax, 1000);
    QCOMPARE(settings->retry, RetryPolicy());
    QCOMPARE(settings->metricsInterval, 5s);
    QCOMPARE(settings->slowJobThreshold, 60s);
    QVERIFY(settings->workerCount() >= 1);
}

void SettingsTest::commandLineOverEnvironmentOverFileOverDefault()
{
    const Values line{{u"workers.count"_s, u"4"_s}};
    const Values environment{{u"JOB_WORKER_COUNT"_s, u"3"_s}, {u"SIGNALBOX_QUEUE_PREFIX"_s, u"env"_s}};
    const QByteArray file = R"({"workers": {"count": 2}, "queue": {"prefix": "file", "max_size": 9}})";
    const auto settings = Settings::resolve(line, environment, file, u"f"_s);
    QVERIFY(settings);
    QCOMPARE(settings->workers, 4);
    QCOMPARE(settings->prefix, u"env"_s);
    QCOMPARE(settings->limits.sizeMax.value(), 9);
    QCOMPARE(Settings::resolve({}, environment, file, u"f"_s)->workers, 3);
    QCOMPARE(Settings::resolve({}, {}, file, u"f"_s)->workers, 2);
}

void SettingsTest::historicVariablesAreRead()
{
    const auto settings = Settings::resolve({},
                                            {{u"REDIS_URL"_s, u"redis://host:7000/2"_s},
                                             {u"JOB_WORKER_COUNT"_s, u"6"_s},
                                             {u"JOB_QUEUE_ENABLED"_s, u"false"_s}},
                                            {}, {});
    QVERIFY(settings);
    QCOMPARE(settings->redisUrl->host, u"host"_s);
    QCOMPARE(settings->redisUrl->db, 2);
    QCOMPARE(settings->workers, 6);
    QCOMPARE(settings->enabled, false);
    const auto both = Settings::resolve(
        {}, {{u"JOB_WORKER_COUNT"_s, u"6"_s}, {u"SIGNALBOX_WORKERS_COUNT"_s, u"5"_s}}, {}, {});
    QCOMPARE(both->workers, 5);
}

void SettingsTest::emptyVariableIsUnset()
{
    const auto settings = Settings::resolve({}, {{u"REDIS_URL"_s, QString()}}, {}, {});
    QVERIFY(settings);
    QVERIFY(!settings->redisUrl);
}

void SettingsTest::strangersVariablesAreIgnored()
{
    QVERIFY(Settings::resolve({}, {{u"HOME"_s, u"/root"_s}, {u"SIGNALBOX_SETTINGS"_s, u"x"_s}}, {}, {}));
}

void SettingsTest::everyDefaultIsAValidValue()
{
    for (const SettingRow &row : settingRows()) {
        const QString name = QString::fromLatin1(row.name);
        const QString standard = QString::fromLatin1(row.standard);
        if (standard.isEmpty()) continue;
        const auto settings = Settings::resolve({{name, standard}}, {}, {}, {});
        QVERIFY2(settings, row.name);
    }
}

/// What the table says is told to people; what the queue takes when nobody says anything is what happens.
void SettingsTest::aQueuesLimitsHaveTheDefaultsThatTheQueueTakes()
{
    Values standards;
    for (const SettingRow &row : settingRows())
        if (*row.standard) standards.insert(QString::fromLatin1(row.name), QString::fromLatin1(row.standard));
    const queue::QueueLimits told = Settings::resolve(standards, {}, {}, {}).value().limits;
    const queue::QueueState::Limits taken;
    QCOMPARE(told.sizeMax, std::optional(taken.sizeMax));
    QCOMPARE(told.keepFinishedFor, std::optional(taken.keepFinishedFor));
    QCOMPARE(told.keepFinishedCount, std::optional(taken.keepFinishedCount));
    QCOMPARE(told.keepFinishedBytes, std::optional(taken.keepFinishedBytes));
    QCOMPARE(told.deadMax, std::optional(taken.deadMax));
    QCOMPARE(told.keepDeadFor, std::optional(taken.keepDeadFor));
    QCOMPARE(told.eventsMax, std::optional(taken.eventsMax));
}

void SettingsTest::everySettingCanBeSetFromEverySource()
{
    for (const SettingRow &row : settingRows()) {
        const QString name = QString::fromLatin1(row.name);
        QString value = QString::fromLatin1(row.standard);
        if (name == u"queue.redis_url") value = u"redis://h"_s;
        // A bucket is refused; empty is all that it can be.
        if (value.isEmpty() && name != u"results.s3_bucket") value = u"/somewhere"_s;
        QVERIFY2(Settings::resolve({{name, value}}, {}, {}, {}), row.name);
        QVERIFY2(Settings::resolve({}, {{environmentName(row), value}}, {}, {}), row.name);
        QVERIFY2(fromFile("{\"" + QByteArray(row.name) + "\": \"" + value.toUtf8() + "\"}"), row.name);
    }
}

void SettingsTest::errorNamesSettingAndSource_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("value");
    const auto row = [](const char *name, const char *value) {
        QTest::addRow("%s=%s", name, value) << QString::fromLatin1(name) << QString::fromLatin1(value);
    };
    row("queue.enabled", "perhaps");
    row("queue.type", "carrier-pigeon");
    row("queue.redis_url", "http://x");
    row("queue.prefix", "a:b");
    row("queue.prefix", "a{b}");
    row("queue.max_size", "-1");
    row("queue.max_size", "1e3");
    row("workers.count", "many");
    row("workers.count", "-1");
    row("workers.queues", "a,a");
    row("workers.queues", "a:0");
    row("workers.queues", ",");
    row("workers.heartbeat_interval", "0");
    row("workers.lease", "nan");
    row("workers.shutdown_timeout", "-5");
    row("retry.max_attempts", "-1");
    row("retry.base_delay", "inf");
    row("retry.backoff_multiplier", "0");
    row("results.ttl", "");
    row("dead_letter.retention_days", "a month");
    row("monitoring.log_slow_jobs", "2");
    row("private.appendfsync", "no");
}

void SettingsTest::errorNamesSettingAndSource()
{
    QFETCH(QString, name);
    QFETCH(QString, value);
    const Error line = errorOf(Settings::resolve({{name, value}}, {}, {}, {}));
    QCOMPARE(line.kind, Error::Kind::Invalid);
    QVERIFY2(line.what.contains(name) && line.what.contains(u"command line"), qPrintable(line.text()));
    QVERIFY(!line.why.isEmpty());
    QVERIFY(!line.todo.isEmpty());
    if (!value.isEmpty()) {
        const QString variable = u"SIGNALBOX_"_s + QString(name).replace(u'.', u'_').toUpper();
        const Error environment = errorOf(Settings::resolve({}, {{variable, value}}, {}, {}));
        QVERIFY2(environment.what.contains(name) && environment.what.contains(variable),
                 qPrintable(environment.text()));
    }
    const Error file = errorOf(fromFile("{\n\n\"" + name.toUtf8() + "\": \"" + value.toUtf8() + "\"}"));
    QVERIFY2(file.what.contains(name) && file.what.contains(u"settings.json, line 3"),
             qPrintable(file.text()));
}

void SettingsTest::unknownSettingIsAnError()
{
    QVERIFY(errorOf(Settings::resolve({{u"workers.cuont"_s, u"3"_s}}, {}, {}, {}))
                .what.contains(u"workers.cuont"));
    QVERIFY(errorOf(fromFile(R"({"workers": {"cuont": 3}})")).what.contains(u"workers.cuont"));
}

void SettingsTest::fileMayNestOrDot()
{
    const auto settings = fromFile(R"({
        "queue": {"redis_url": "unix:///run/redis.sock", "max_size": 100},
        "workers.count": 3, "workers": {"queues": ["mail:3", "default"]},
        "retry": {"base_delay": 0.25}, "monitoring": {"log_slow_jobs": false}})");
    QVERIFY2(settings, settings ? "" : qPrintable(settings.error().text()));
    QCOMPARE(settings->redisUrl->socketPath, u"/run/redis.sock"_s);
    QCOMPARE(settings->limits.sizeMax.value(), 100);
    QCOMPARE(settings->workers, 3);
    QCOMPARE(settings->pool.queues, (QList<worker::QueueWeight>{{u"mail"_s, 3}, {u"default"_s, 1}}));
    QCOMPARE(settings->retry.base, 250ms);
    QCOMPARE(settings->logSlowJobs, false);
}

void SettingsTest::malformedFileIsNamedWithItsLine()
{
    const Error error = errorOf(fromFile("{\n  \"workers\": {\n    \"count\": 3,\n  }\n}"));
    QVERIFY2(error.what.contains(u"settings.json"), qPrintable(error.text()));
    QVERIFY2(error.why.contains(u"ine 4"), qPrintable(error.text()));
    QVERIFY(errorOf(fromFile("[]")).what.contains(u"settings.json"));
}

void SettingsTest::passwordOfAWrongUrlIsNotRepeated()
{
    const Error error = errorOf(
        Settings::resolve({}, {{u"REDIS_URL"_s, u"redis://user:canary-secret@host:notaport/0"_s}}, {}, {}));
    QVERIFY2(error.what.contains(u"REDIS_URL"), qPrintable(error.text()));
    QVERIFY2(!error.text().contains(u"canary"), qPrintable(error.text()));
}

void SettingsTest::whatThePoolRefusesIsNoSetting_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("value");
    const auto row = [](const char *name, const char *value) {
        QTest::addRow("%s=%s", name, value) << QString::fromLatin1(name) << QString::fromLatin1(value);
    };
    row("workers.count", "1001");
    row("workers.lease", "0.199");
    row("workers.heartbeat_interval", "0.049");
    row("workers.heartbeat_interval", "15.001"); // with a lease of 30
    row("workers.shutdown_timeout", "86400.001");
    row("workers.max_jobs_per_worker", "1000000001");
    row("workers.queues", "a:1001");
}

void SettingsTest::whatThePoolRefusesIsNoSetting()
{
    QFETCH(QString, name);
    QFETCH(QString, value);
    const Error error = errorOf(Settings::resolve({{name, value}}, {}, {}, {}));
    QCOMPARE(error.kind, Error::Kind::Invalid);
    QVERIFY2(error.what.contains(name), qPrintable(error.what));
}

void SettingsTest::whatIsASettingThePoolTakes()
{
    const Settings::Values least{{u"workers.count"_s, u"1"_s},
                                 {u"workers.lease"_s, u"0.2"_s},
                                 {u"workers.heartbeat_interval"_s, u"0.05"_s},
                                 {u"workers.shutdown_timeout"_s, u"0"_s},
                                 {u"workers.max_jobs_per_worker"_s, u"0"_s},
                                 {u"workers.queues"_s, u"a:1"_s}};
    const Settings::Values most{{u"workers.count"_s, u"1000"_s},
                                {u"workers.lease"_s, u"86400"_s},
                                {u"workers.heartbeat_interval"_s, u"43200"_s},
                                {u"workers.shutdown_timeout"_s, u"86400"_s},
                                {u"workers.max_jobs_per_worker"_s, u"1000000000"_s},
                                {u"workers.queues"_s, u"a:1000"_s}};
    for (const Settings::Values &values : {least, most}) {
        const auto settings = Settings::resolve(values, {}, {}, {});
        QVERIFY2(settings, settings ? "" : qPrintable(settings.error().text()));
        const Result<> taken = settings->pool.validate();
        QVERIFY2(taken, taken ? "" : qPrintable(taken.error().text()));
    }
}

void SettingsTest::heartbeatMustBeShorterThanTheLease()
{
    const Error error = errorOf(Settings::resolve({{u"workers.lease"_s, u"5"_s}}, {}, {}, {}));
    QVERIFY(error.what.contains(u"workers.heartbeat_interval"));
    QVERIFY(Settings::resolve({{u"workers.lease"_s, u"5"_s}, {u"workers.heartbeat_interval"_s, u"1"_s}}, {},
                              {}, {}));
}

void SettingsTest::queuesHaveWeights()
{
    const auto settings
        = Settings::resolve({{u"workers.queues"_s, u"mail:3, eu:west:2 ,default"_s}}, {}, {}, {});
    QVERIFY(settings);
    QCOMPARE(settings->pool.queues,
             (QList<worker::QueueWeight>{{u"mail"_s, 3}, {u"eu:west"_s, 2}, {u"default"_s, 1}}));
}

void SettingsTest::whatIsNotBuiltIsSaid()
{
    for (const auto &[name, value] : {std::pair{u"queue.type"_s, u"database"_s},
                                      {u"results.backend"_s, u"s3"_s},
                                      {u"results.large_result_threshold"_s, u"1048576"_s},
                                      {u"results.s3_bucket"_s, u"results"_s},
                                      {u"retry.max_delay"_s, u"60"_s}}) {
        const Error error = errorOf(Settings::resolve({{name, value}}, {}, {}, {}));
        QCOMPARE(error.kind, Error::Kind::Unsupported);
        QVERIFY(error.what.contains(name));
    }
}

void SettingsTest::documentationListsTheSameSettings()
{
    QFile file(QStringLiteral(SIGNALBOX_DOCS "/configuration.md"));
    QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(file.errorString()));
    const QByteArray text = file.readAll();
    QSet<QByteArray> documented;
    static const QRegularExpression rowName(u"^\\| `([a-z_]+\\.[a-z_]+)` \\|"_s,
                                            QRegularExpression::MultilineOption);
    for (auto match = rowName.globalMatch(QString::fromUtf8(text)); match.hasNext();)
        documented.insert(match.next().captured(1).toLatin1());
    for (const SettingRow &row : settingRows()) {
        // One row of the table, word for word: name, historic variable, default, meaning.
        const QByteArray variable = *row.environment ? '`' + QByteArray(row.environment) + '`' : QByteArray();
        const QByteArray standard = *row.standard ? '`' + QByteArray(row.standard) + '`' : QByteArray();
        const QByteArray line = "| `" + QByteArray(row.name) + "` | " + variable + " | " + standard + " | "
            + row.meaning + " |";
        QVERIFY2(text.contains(line), line.constData());
        documented.remove(row.name);
    }
    QVERIFY2(documented.isEmpty(), "docs/configuration.md lists a setting that is none");
}

QTEST_GUILESS_MAIN(SettingsTest)
#include "settings_test.moc"
