// Real input through everything that ships: a server, the window, and signalboxctl as worker, submitter and
// listener, each its own process.
#include "tests/app/end_to_end/stage.h"
#include "ui/actions/actions.h"
#include "ui/pages/inspector.h"
#include "ui/parts/data_table.h"
#include "ui/parts/json_edit.h"

#include <QDateTime>
#include <QDirIterator>
#include <QTest>

#include <algorithm>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;

namespace {

constexpr int patience = 180'000; // under a race detector a large tree takes more than a minute

/// A folder of this machine's own with enough to hash that it takes a while. Empty: there is none.
QString largeTree()
{
    constexpr qint64 bytesMin = 100'000'000;
    for (const QString &folder : {u"/usr/share"_s, u"/usr/lib/gcc"_s, u"/usr/lib"_s}) {
        qint64 bytes = 0;
        bool isReadable = true; // a folder that only root may read stops hash and sha256sum alike
        QDirIterator files(folder, QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot,
                           QDirIterator::Subdirectories);
        while (isReadable && files.hasNext()) {
            const QFileInfo file = files.nextFileInfo();
            if (file.isSymLink()) continue;
            isReadable = file.isReadable();
            if (file.isFile()) bytes += file.size();
        }
        if (isReadable && bytes >= bytesMin) return folder;
    }
    return {};
}

/// Started in a shell: its trimmed output once it has ended.
class ShellAnswer {
public:
    explicit ShellAnswer(const QString &command)
    {
        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_process.start(u"/bin/bash"_s, {u"-o"_s, u"pipefail"_s, u"-c"_s, command});
    }
    [[nodiscard]] bool hasEnded() const
    {
        return m_process.state() == QProcess::NotRunning && m_process.exitCode() == 0;
    }
    [[nodiscard]] QString text() { return QString::fromLatin1(m_process.readAllStandardOutput().trimmed()); }

private:
    QProcess m_process;
};

QDateTime timeOf(const QJsonObject &event)
{
    return QDateTime::fromString(event.value(u"timestamp"_s).toString(), Qt::ISODateWithMs);
}

/// A handler in shell that calls two functions deep, fails there, and says where: bash's own traceback.
const QByteArray brokenHandler = R"(set -eE
traceback() {
    echo "Traceback (most recent call last):" >&2
    for ((i = ${#FUNCNAME[@]} - 1; i > 0; i--)); do
        echo "  line ${BASH_LINENO[i - 1]}, in ${FUNCNAME[i]}" >&2
    done
    echo "delivery refused: no such account" >&2
}
trap traceback ERR
find_account() { [ "$1" = 42 ]; }
deliver() { find_account 41; }
deliver
echo '{"result": "delivered"}'
)";

} // namespace

class EndToEndTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void aLargeTreeIsHashedInSightOfAll();
    void aFailingJobIsRetriedBuriedMendedAndCompleted();

private:
    QTemporaryDir m_home;
};

void EndToEndTest::initTestCase()
{
    QVERIFY(m_home.isValid());
    qputenv("XDG_CONFIG_HOME", m_home.path().toLocal8Bit()); // nobody's settings, and none of ours kept
    qunsetenv("REDIS_URL");
}

void EndToEndTest::aLargeTreeIsHashedInSightOfAll()
{
    const QString folder = largeTree();
    QVERIFY2(!folder.isEmpty(), "this machine has no large folder that can be read");
    Stage stage;
    const JobId id
        = stage.submit({u"sample.hash_tree"_s, u"--kwargs"_s, u"{\"folder\": \"%1\"}"_s.arg(folder)});
    ui::JobList *jobs = stage.showList(u"jobs"_s);
    QTRY_VERIFY_WITH_TIMEOUT(jobs->model()->rowOf(id) >= 0, patience);
    const BarWatch bar(jobs, id);
    stage.startWork({u"--workers"_s, u"1"_s});
    const QString files = u"find '%1' -type f"_s.arg(folder);
    ShellAnswer count(files + u" -printf x | wc -c"_s);
    ShellAnswer digest(files + u" -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum"_s);

    QTRY_COMPARE_WITH_TIMEOUT(jobs->model()->row(jobs->model()->rowOf(id)).status, JobStatus::Completed,
                              patience);
    QVERIFY2(bar.percents().size() >= 2, "the window's model did not follow the progress");
    QVERIFY(std::is_sorted(bar.percents().begin(), bar.percents().end()));
    QVERIFY2(bar.texts().size() >= 2, "the percentage stood still");
    QVERIFY2(bar.lengths().size() >= 2, "the painted bar stood still");

    QTRY_COMPARE_WITH_TIMEOUT(stage.events().of(id.text(), u"job.completed"_s).size(), 1, patience);
    QList<double> told;
    for (const QJsonObject &event : stage.events().of(id.text(), u"job.progress"_s)) {
        const double percent = event.value(u"percentage"_s).toDouble(-1);
        if (percent > 0 && percent < 100) told.append(percent);
    }
    QVERIFY2(told.size() >= 2, "signalboxctl events did not tell of the progress");
    QVERIFY(std::is_sorted(told.begin(), told.end()));

    // The digest is that of sha256sum's whole output, so one file that differs would change it.
    QTRY_VERIFY_WITH_TIMEOUT(count.hasEnded() && digest.hasEnded(), patience);
    const QJsonObject result = stage.ctl().run({u"result"_s, id.text()}).json();
    QCOMPARE(QString::number(result.value(u"files"_s).toInteger()), count.text());
    QCOMPARE(result.value(u"digest"_s).toString(), digest.text().section(u' ', 0, 0));
    qInfo("%s: %s files, %lld bytes; progress seen %lld times in the window and %lld times in events",
          qPrintable(folder), qPrintable(QString::number(result.value(u"files"_s).toInteger())),
          static_cast<long long>(result.value(u"bytes"_s).toInteger()),
          static_cast<long long>(bar.percents().size()), static_cast<long long>(told.size()));
}

void EndToEndTest::aFailingJobIsRetriedBuriedMendedAndCompleted()
{
    Stage stage;
    const QString script = stage.ctl().write(u"deliver.sh"_s, brokenHandler);
    const QString handlers = stage.ctl().write(
        u"handlers.json"_s,
        R"({"handlers": {"mail.deliver": {"kind": "process", "program": "/bin/bash", "arguments": [")"
            + script.toUtf8() + R"("]}}})");
    stage.startWork({u"--workers"_s, u"1"_s, u"--handlers"_s, handlers});
    const JobId id = stage.submit({u"mail.deliver"_s, u"--max-retries"_s, u"3"_s, u"--retry-delay"_s,
                                   u"0.3"_s, u"--retry-backoff"_s, u"3"_s});
    QTRY_COMPARE_WITH_TIMEOUT(stage.events().of(id.text(), u"job.dead_letter"_s).size(), 1, patience);

    // Four runs; each wait, from a failure to the next start, is longer than the one before.
    const QList<QJsonObject> starts = stage.events().of(id.text(), u"job.started"_s);
    const QList<QJsonObject> failures = stage.events().of(id.text(), u"job.failed"_s);
    QCOMPARE(starts.size(), 4);
    QCOMPARE(failures.size(), 4);
    qint64 before = 0;
    for (qsizetype run = 0; run < starts.size(); ++run) {
        QCOMPARE(starts.at(run).value(u"attempt"_s).toInteger(), run + 1);
        QCOMPARE(failures.at(run).value(u"will_retry"_s).toBool(), run < 3);
        if (run == 0) continue;
        const qint64 wait = timeOf(failures.at(run - 1)).msecsTo(timeOf(starts.at(run)));
        QVERIFY2(wait > before, qPrintable(u"%1 ms after %2 ms"_s.arg(wait).arg(before)));
        before = wait;
    }

    // The dead letter, with where it failed: by signalboxctl, and in the window.
    const QByteArray place = "line 10, in find_account";
    const CtlEnd list = stage.ctl().run({u"dead"_s, u"list"_s, u"--json"_s});
    QCOMPARE(list.code, 0);
    QVERIFY2(list.out.contains(id.text().toLatin1()), list.all().constData());
    const QJsonObject dead = stage.job(id);
    QCOMPARE(dead.value(u"status"_s).toString(), u"dead_letter"_s);
    QCOMPARE(dead.value(u"attempts"_s).toInt(), 4);
    const QString error = dead.value(u"error"_s).toString();
    QVERIFY2(error.contains(QLatin1StringView(place)), qPrintable(error));
    ui::JobList *letters = stage.showList(u"dead"_s);
    QTRY_COMPARE_WITH_TIMEOUT(letters->model()->rowOf(id), 0, patience);
    const QString head
        = letters->model()->index(0, ui::JobTableModel::ErrorColumn).data(Qt::DisplayRole).toString();
    QVERIFY2(!head.isEmpty() && error.startsWith(head), qPrintable(head));
    letters->table()->selectRow(0);
    Q_EMIT letters->table()->rowActivated(0);
    const ui::TextView *shown = stage.window().inspector()->resultView();
    QTRY_COMPARE_WITH_TIMEOUT(shown->toPlainText(), error, patience);

    // Mended, and requeued by the window's own action.
    (void)stage.ctl().write(u"deliver.sh"_s, QByteArray(brokenHandler).replace("account 41", "account 42"));
    stage.window().actions().action(ui::action::requeue)->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(stage.events().of(id.text(), u"job.completed"_s).size(), 1, patience);
    const CtlEnd result = stage.ctl().run({u"result"_s, id.text()});
    QCOMPARE(result.out.trimmed(), QByteArray("\"delivered\""));
    QCOMPARE(stage.job(id).value(u"attempts"_s).toInt(), 1);
    QTRY_COMPARE_WITH_TIMEOUT(stage.window().live().sum().size(JobStatus::DeadLetter), 0, patience);
    QTRY_COMPARE_WITH_TIMEOUT(stage.window().live().sum().size(JobStatus::Completed), 1, patience);
}

QTEST_MAIN(EndToEndTest)
#include "end_to_end_test.moc"
