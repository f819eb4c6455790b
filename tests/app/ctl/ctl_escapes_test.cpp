#include "tests/app/ctl/ctl_rig.h"

#include <QJsonArray>

using namespace signalbox;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using test::Ctl;
using test::CtlEnd;
using test::get;
using test::ServiceRig;

namespace {

/// What drives terminals, and what hides or reorders text.
QStringList hostileTexts()
{
    QStringList texts;
    for (char16_t c = 1; c < 0x20; ++c) texts.append(QString(QChar(c)));
    for (char16_t c = 0x7f; c < 0xa0; ++c) texts.append(QString(QChar(c)));
    for (const char *sequence : {"\033[31mred",
                                 "\033[2J",
                                 "\033[1;1H",
                                 "\033[A\033[2K",
                                 "\033]0;title\007",
                                 "\033]2;title\033\\",
                                 "\033]8;;http://evil/\033\\link\033]8;;\033\\",
                                 "\033]52;c;ZXZpbA==\007",
                                 "\033]1337;File=:AA==\007",
                                 "\033]4;1;?\007",
                                 "\033]10;?\007",
                                 "\033P$q\"p\033\\",
                                 "\033P1$r0m\033\\",
                                 "\033_Gf=24;AAAA\033\\",
                                 "\033^private\033\\",
                                 "\033X string\033\\",
                                 "\033[6n",
                                 "\033[c",
                                 "\033[>c",
                                 "\033[21t",
                                 "\033[?1049h",
                                 "\033[?25l",
                                 "\033[?1000h",
                                 "\033[8;1;1t",
                                 "\033[5i",
                                 "\033[4i",
                                 "\033c",
                                 "\033#8",
                                 "\033(0",
                                 "\033)0",
                                 "\033N",
                                 "\033O",
                                 "\033=",
                                 "\033>",
                                 "\033[!p",
                                 "\033[3g",
                                 "\033[20h",
                                 "overwritten\rgood",
                                 "bell\007",
                                 "back\b\b\b\bfake",
                                 "\x0e shift",
                                 "\x05 answerback"})
        texts.append(QString::fromLatin1(sequence));
    for (const char16_t c :
         {u'\u202a', u'\u202b', u'\u202c', u'\u202d', u'\u202e', u'\u2066', u'\u2067', u'\u2068', u'\u2069',
          u'\u200e', u'\u200f', u'\u061c', u'\u2028', u'\u2029', u'\ufeff'})
        texts.append(u"a%1b"_s.arg(QChar(c)));
    return texts;
}

/// The first thing in what reached the terminal that should not have.
QByteArray firstRaw(QByteArray text)
{
    for (const char *own : {"\r\033[K", "\033[1m", "\033[0m"})
        text.replace(own, "");  // progress line, bold titles
    text.replace("\r\n", "\n"); // the terminal driver's
    const QString characters = QString::fromUtf8(text);
    for (qsizetype i = 0; i < characters.size(); ++i) {
        const char16_t c = characters[i].unicode();
        if (c == u'\n' || c == u'\t') continue;
        const bool isControl = c < 0x20 || (c >= 0x7f && c < 0xa0);
        const bool isHidden = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e
            || c == 0x200f || c == 0x061c || c == 0x2028 || c == 0x2029 || c == 0xfeff;
        if (isControl || isHidden)
            return "U+" + QByteArray::number(c, 16)
                + " in: " + characters.mid(qMax(0, i - 40), 80).toUtf8().toPercentEncoding(" ");
    }
    return {};
}

} // namespace

#define NOTHING_RAW(end)                                                                                     \
    QVERIFY2(firstRaw((end).out + (end).err).isEmpty(), firstRaw((end).out + (end).err).constData())

/// Threat: text stored by others drives the terminal of who lists it.
class CtlEscapesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void nothingRawReachesATerminal_data();
    void nothingRawReachesATerminal();
    void jsonMeansTheSame();
    void eventsAreHarmless();
    void foreignRecordIsHarmless();
    void errorsAreHarmless();
    void canaryIsSeen();

private:
    [[nodiscard]] CtlEnd onTerminal(const QStringList &arguments) const
    {
        return m_ctl->runOnTerminal(arguments);
    }
    std::unique_ptr<test::TestServer> m_server;
    std::unique_ptr<Ctl> m_ctl;
    std::unique_ptr<ServiceRig> m_rig;
    QString m_all;  ///< every hostile text, one after the other
    QString m_bad;  ///< a job that failed with it
    QString m_good; ///< a job that answered it
};

void CtlEscapesTest::initTestCase()
{
    m_all = u"begin"_s + hostileTexts().join(u'|') + u"end"_s;
    m_server = std::make_unique<test::TestServer>();
    m_ctl = std::make_unique<Ctl>(m_server.get());
    m_rig = std::make_unique<ServiceRig>(m_server.get());
    m_rig->handle(u"bad"_s, [this](const JobDefinition &, worker::RunContext &context) {
        context.reportProgress(1, 2, m_all);
        context.log(m_all);
        return worker::RunResult::failedPermanently(m_all);
    });
    m_rig->handle(u"good"_s, [this](const JobDefinition &, worker::RunContext &context) {
        context.log(m_all);
        return worker::RunResult::completed(JsonText::trusted(jsonString(m_all)));
    });
    QVERIFY(get((*m_rig)->start()));
    QVERIFY(get((*m_rig)->startWorkers(1)));
    JobDefinition job;
    job.retry.maxRetries = 0;
    job.tags = {{u"tag"_s, m_all.left(250)}};
    // As another program may write it: controls beyond ASCII stand in JSON as they are.
    job.args = *JsonText::parse('[' + jsonString(m_all) + ']');
    for (const QString &handler : {u"bad"_s, u"good"_s}) {
        job.handler = handler;
        const auto submitted = get((*m_rig)->submit(job));
        QVERIFY2(submitted, submitted ? "" : qPrintable(submitted.error().text()));
        QVERIFY(get((*m_rig)->wait(submitted->id)));
        (handler == u"bad" ? m_bad : m_good) = submitted->id.text();
    }
    QVERIFY(get((*m_rig)->pauseQueue(u"default"_s, m_all)));
    job.handler = u"waiting"_s;
    job.name = u"name"_s;
    QVERIFY(get((*m_rig)->submit(job)));
}

void CtlEscapesTest::nothingRawReachesATerminal_data()
{
    QTest::addColumn<QStringList>("command");
    const auto row
        = [](const QStringList &command) { QTest::newRow(qPrintable(command.join(u' '))) << command; };
    row({u"list"_s});
    row({u"dead"_s, u"list"_s});
    row({u"queues"_s, u"list"_s});
    row({u"workers"_s, u"list"_s});
    row({u"metrics"_s});
    row({u"metrics"_s, u"--prometheus"_s});
    for (const QString &id : {m_bad, m_good})
        for (const QString &command : {u"show"_s, u"status"_s, u"result"_s, u"wait"_s}) row({command, id});
}

void CtlEscapesTest::nothingRawReachesATerminal()
{
    QFETCH(QStringList, command);
    const CtlEnd people = onTerminal(command);
    QVERIFY2(people.code == 0 || people.code == 1, people.all().constData());
    QVERIFY(!people.out.isEmpty());
    NOTHING_RAW(people);
    const CtlEnd json = onTerminal(command + QStringList{u"--json"_s});
    NOTHING_RAW(json);
    const CtlEnd piped
        = m_ctl->run(command); // the same where it is not a terminal: it may be shown on one later
    NOTHING_RAW(piped);
}

void CtlEscapesTest::jsonMeansTheSame()
{
    const CtlEnd result = m_ctl->run({u"result"_s, m_good, u"--json"_s});
    QCOMPARE(result.json().value(u"result"_s).toString(), m_all);
    const CtlEnd bad = m_ctl->run({u"result"_s, m_bad, u"--json"_s});
    QCOMPARE(bad.json().value(u"error"_s).toString(), m_all);
    const CtlEnd shown = m_ctl->run({u"show"_s, m_good, u"--json"_s});
    QCOMPARE(shown.json().value(u"args"_s).toArray().first().toString(), m_all);
}

void CtlEscapesTest::eventsAreHarmless()
{
    for (const QStringList &format : {QStringList{}, QStringList{u"--json"_s}}) {
        const auto events = m_ctl->start(QStringList{u"events"_s} + format);
        QByteArray said;
        QTRY_VERIFY((said += events->readAllStandardError()).contains("Listening"));
        QVERIFY(get((*m_rig)->resumeQueue(u"default"_s)));
        QVERIFY(get((*m_rig)->requeue(u"default"_s, {*JobId::fromText(m_bad)}))->first());
        QByteArray shown;
        QTRY_VERIFY((shown += events->readAllStandardOutput()).contains("job.dead_letter"));
        QVERIFY(get((*m_rig)->pauseQueue(u"default"_s, m_all)));
        QTRY_VERIFY((shown += events->readAllStandardOutput()).contains("queue.paused"));
        events->terminate();
        QTRY_COMPARE(events->state(), QProcess::NotRunning);
        const CtlEnd end{0, shown, said};
        NOTHING_RAW(end);
        QVERIFY(shown.contains("begin")); // the error's text came along
    }
}

void CtlEscapesTest::foreignRecordIsHarmless()
{
    test::RawRedis raw = m_server->raw();
    const QByteArray jobs = "{signalbox:default}:jobs";
    const auto record = raw.command({"HGET", jobs, m_bad.toLatin1()}).text;
    const qsizetype end = record.indexOf('\n');
    QString handler = m_all;
    handler.remove(u'\n');
    raw.command(
        {"HSET", jobs, m_bad.toLatin1(), handler.toUtf8() + record.mid(end)}); // its first line: the handler
    for (const QStringList &command : {QStringList{u"list"_s}, QStringList{u"show"_s, m_bad},
                                       QStringList{u"status"_s, m_bad}, QStringList{u"dead"_s, u"list"_s}}) {
        const CtlEnd shown = onTerminal(command);
        NOTHING_RAW(shown);
    }
    raw.command({"HSET", jobs, m_bad.toLatin1(), record});
}

void CtlEscapesTest::errorsAreHarmless()
{
    QString text = m_all;
    text.remove(QChar(0));
    for (const QStringList &command :
         {QStringList{u"submit"_s, text}, QStringList{u"list"_s, u"--status"_s, text}, QStringList{text},
          QStringList{u"list"_s, u"--redis"_s, u"unix:///"_s + text.left(40)},
          QStringList{u"list"_s, u"--queue"_s, text.left(200)},
          QStringList{u"submit"_s, u"a"_s, u"--args"_s, text}, QStringList{u"submit"_s, u"--file"_s, text},
          QStringList{u"list"_s, u"--set"_s, text}}) {
        const CtlEnd end = onTerminal(command);
        NOTHING_RAW(end);
    }
}

/// That the check itself would find something, and that the text was shown at all.
void CtlEscapesTest::canaryIsSeen()
{
    QVERIFY(!firstRaw("a\033[31mb").isEmpty());
    QVERIFY(!firstRaw("over\rwritten").isEmpty());
    QVERIFY(!firstRaw(u"a\u202eb"_s.toUtf8()).isEmpty());
    QVERIFY(!firstRaw(u"a\u009bb"_s.toUtf8()).isEmpty());
    const CtlEnd shown = onTerminal({u"show"_s, m_bad});
    QVERIFY(shown.out.contains("\\x1b[31mred"));
    QVERIFY(shown.out.contains("\\u202e"));
}

QTEST_GUILESS_MAIN(CtlEscapesTest)
#include "ctl_escapes_test.moc"
