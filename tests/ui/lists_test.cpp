// The parts of a list that have no widget: the filter's grammar, and one list merged out of many.
#include "tests/ui/rows.h"
#include "ui/models/job_merge.h"
#include "ui/parts/json_edit.h"
#include "ui/theme/theme.h"

#include <QRandomGenerator>
#include <QTest>

#include <map>

using namespace signalbox;
using namespace signalbox::test;
using namespace signalbox::ui;
using namespace Qt::StringLiterals;

namespace {

/// Lists as a queue gives them: rows in order, by key, a page at a time.
class FakeLists {
public:
    void set(const QString &queue, JobStatus status, const QList<JobSummary> &rows)
    {
        m_rows[{queue, status}] = rows;
    }
    [[nodiscard]] queue::ListPage list(const queue::ListQuery &query) const
    {
        const auto found = m_rows.find({query.queue, query.status});
        if (found == m_rows.end()) return {};
        QList<JobSummary> rows = found->second;
        if (query.reversed) std::reverse(rows.begin(), rows.end());
        const qsizetype from = query.after ? query.after->text.toLongLong() : 0;
        queue::ListPage page;
        page.rows = rows.mid(from, query.limit);
        page.scanned = page.rows.size();
        if (from + page.rows.size() < rows.size())
            page.next = queue::Cursor{QByteArray::number(from + page.rows.size())};
        return page;
    }

private:
    std::map<std::pair<QString, JobStatus>, QList<JobSummary>> m_rows;
};

/// Everything that the merge gives, reading what it asks for; fails when it asks without end.
QList<JobSummary> drain(JobMerge &merge, const FakeLists &lists)
{
    QList<JobSummary> all;
    for (int round = 0; round < 10'000 && merge.hasMore(); ++round) {
        for (const JobMerge::Reading &reading : merge.readings())
            merge.add(reading.lane, lists.list(reading.query));
        if (merge.canTake()) all += merge.take();
    }
    return all;
}

} // namespace

class ListsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void statesAreMergedNewestFirst();
    void oneStateKeepsItsOwnOrder();
    void nothingIsGivenWhileAnUnreadListMayHoldAnEarlierRow();
    void aFailedReadingDoesNotHoldTheOthersBack();
    void everyRowIsGivenOnce();
    void jsonIsIndentedWithoutChangingAToken();
    void jsonEditPointsAtThePlace();
};

void ListsTest::statesAreMergedNewestFirst()
{
    FakeLists lists;
    lists.set(u"a"_s, JobStatus::Pending, {rowOf(1), rowOf(4)}); // oldest first, as the queue lists them
    QList<JobSummary> done;
    for (const int n : {5, 3, 2}) {
        JobSummary row = rowOf(n + 100, JobStatus::Completed);
        row.endedAt = start + std::chrono::seconds(n);
        done.append(row);
    }
    lists.set(u"b"_s, JobStatus::Completed, done);
    JobMerge merge({{u"a"_s, JobStatus::Pending}, {u"b"_s, JobStatus::Completed}}, {}, 2);
    QList<JobId> ids;
    for (const JobSummary &row : drain(merge, lists)) ids.append(row.id);
    QCOMPARE(ids, (QList<JobId>{idOf(105), idOf(4), idOf(103), idOf(102), idOf(1)}));
}

void ListsTest::oneStateKeepsItsOwnOrder()
{
    FakeLists lists;
    JobSummary urgent = rowOf(9);
    urgent.priority = JobPriority::Critical;
    lists.set(u"a"_s, JobStatus::Pending, {urgent, rowOf(1), rowOf(5)});
    lists.set(u"b"_s, JobStatus::Pending, {rowOf(2), rowOf(3)});
    JobMerge merge({{u"a"_s, JobStatus::Pending}, {u"b"_s, JobStatus::Pending}}, {}, 2);
    QList<JobId> ids;
    for (const JobSummary &row : drain(merge, lists)) ids.append(row.id);
    QCOMPARE(ids, (QList<JobId>{idOf(9), idOf(1), idOf(2), idOf(3), idOf(5)})); // what runs next, first
}

void ListsTest::nothingIsGivenWhileAnUnreadListMayHoldAnEarlierRow()
{
    JobMerge merge({{u"a"_s, JobStatus::Pending}, {u"b"_s, JobStatus::Pending}}, {}, 2);
    queue::ListPage page;
    page.rows = {rowOf(5)};
    merge.add(0, page);
    QVERIFY(!merge.canTake());
    QCOMPARE(merge.readings().size(), 1);
    QCOMPARE(merge.readings().first().lane, 1);
    page.rows = {rowOf(2)};
    merge.add(1, page);
    QVERIFY(merge.canTake());
    QCOMPARE(merge.take().first().id, idOf(2));
}

void ListsTest::aFailedReadingDoesNotHoldTheOthersBack()
{
    JobMerge merge({{u"a"_s, JobStatus::Pending}, {u"b"_s, JobStatus::Pending}}, {}, 10);
    queue::ListPage page;
    page.rows = {rowOf(5), rowOf(6)};
    merge.add(0, page);
    merge.close(1);
    QVERIFY(merge.canTake());
    QCOMPARE(merge.take().size(), 2);
    QVERIFY(!merge.hasMore());
}

void ListsTest::everyRowIsGivenOnce()
{
    const quint32 seed = QRandomGenerator::global()->generate();
    qInfo("seed %u", seed);
    QRandomGenerator random(seed);
    for (int round = 0; round < 100; ++round) {
        FakeLists lists;
        QList<JobMerge::Lane> lanes;
        QSet<JobId> wanted;
        int next = 0;
        for (const QString &queue : {u"a"_s, u"b"_s, u"c"_s}) {
            for (const JobStatus status : allJobStatuses) {
                QList<JobSummary> rows;
                for (int i = random.bounded(12); i > 0; --i) rows.append(rowOf(next++, status));
                for (const JobSummary &row : rows) wanted.insert(row.id);
                lists.set(queue, status, rows);
                lanes.append({queue, status});
            }
        }
        JobMerge merge(lanes, {}, 1 + random.bounded(10));
        const QList<JobSummary> rows = drain(merge, lists);
        QSet<JobId> given;
        for (const JobSummary &row : rows) given.insert(row.id);
        QCOMPARE(rows.size(), wanted.size());
        QCOMPARE(given, wanted);
    }
}

void ListsTest::jsonIsIndentedWithoutChangingAToken()
{
    const QByteArray text
        = R"({"n":9007199254740993,"f":1.0,"e":[],"o":{},"s":"a\"{,:}","list":[1,{"x":null}]})";
    const QByteArray pretty = indentedJson(text);
    QVERIFY(pretty.contains("\"n\": 9007199254740993"));
    QVERIFY(pretty.contains("\"f\": 1.0"));
    QVERIFY(pretty.contains("\"e\": []"));
    QVERIFY(pretty.contains(R"("s": "a\"{,:}")"));
    QCOMPARE(pretty.count('\n'), 12);
    const auto before = JsonText::parse(text);
    const auto after = JsonText::parse(pretty);
    QVERIFY(before && after);
    QCOMPARE(indentedJson(after->bytes()), pretty); // doing it again changes nothing
}

void ListsTest::jsonEditPointsAtThePlace()
{
    const Theme theme(Theme::Choice::Light);
    JsonEdit edit(JsonText::Root::Object, u"{}"_s);
    QVERIFY(edit.complaint().isEmpty());
    edit.setText(u"{\n  \"a\": 1,\n  \"b\" 2\n}"_s);
    QVERIFY2(edit.complaint().contains("3"_L1), qPrintable(edit.complaint())); // the line
    QCOMPARE(edit.editor()->extraSelections().size(), 1);
    QCOMPARE(edit.editor()->extraSelections().first().cursor.blockNumber(), 2);
    QVERIFY(!edit.value());
    edit.setText(u"[1]"_s); // JSON, but not an object
    QVERIFY(!edit.complaint().isEmpty());
    edit.setText(u"{\"a\": 1}"_s);
    QVERIFY(edit.complaint().isEmpty());
    QVERIFY(edit.editor()->extraSelections().isEmpty());
}

QTEST_MAIN(ListsTest)
#include "lists_test.moc"
