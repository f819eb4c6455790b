#include "tests/core/queue/conformance/cases.h"

#include <QTest>

namespace signalbox::test {

using namespace std::chrono_literals;
using namespace queue;

namespace {

Outcome success(qsizetype bytes = 4)
{
    return {.result = JsonText::trusted('"' + QByteArray(bytes - 2, 'x') + '"')};
}

} // namespace

void RetentionCases::finishedJobsGoByAge()
{
    q().setLimits({.keepFinishedFor = 1h});
    const JobId old = q().submit();
    q().complete(q().claim());
    q().advance(2h);
    const JobId fresh = q().submit();
    q().complete(q().claim()); // a settle trims on its way
    QCOMPARE(q().tryLook(old).error().kind, Error::Kind::NotFound);
    QCOMPARE(q().status(fresh), JobStatus::Completed);
    QCOMPARE(q().stats().expired, 1);
}

void RetentionCases::finishedJobsGoByCountTheOldestFirst()
{
    q().setLimits({.keepFinishedCount = 2});
    QList<JobId> ids;
    for (int i = 0; i < 4; ++i) {
        ids.append(q().submit());
        q().advance(1s);
        if (i == 1)
            (void)q().settle(q().claim(), {.kind = Outcome::Kind::FailedQuietly});
        else
            (void)q().settle(q().claim(), success());
    }
    QCOMPARE(q().stats().total(), 2);
    QCOMPARE(q().ids(JobStatus::Completed), (QList<JobId>{ids.at(3), ids.at(2)}));
    QCOMPARE(q().stats().trimmed, 2);
}

void RetentionCases::aCapOfZeroIsNone()
{
    q().setLimits({.keepFinishedCount = 0, .keepFinishedBytes = 0});
    for (int i = 0; i < 3; ++i) {
        q().submit();
        q().advance(2min); // so that a settle also looks at what is too old
        (void)q().settle(q().claim(), success(1'000));
    }
    QCOMPARE(q().stats().size(JobStatus::Completed), 3);
    QCOMPARE(q().stats().trimmed, 0);
}

void RetentionCases::finishedJobsGoByBytes()
{
    q().setLimits({.keepFinishedBytes = 50'000});
    for (int i = 0; i < 5; ++i) {
        q().submit();
        q().advance(1s);
        (void)q().settle(q().claim(), success(20'000));
        QVERIFY(q().stats().finishedBytes <= 50'000);
    }
    QCOMPARE(q().stats().size(JobStatus::Completed), 2);
    QCOMPARE(q().stats().trimmed, 3);
}

void RetentionCases::defect12_deadLettersBeyondTheCapGoAndAreCounted()
{
    q().setLimits({.deadMax = 2});
    QList<JobId> ids;
    for (int i = 0; i < 4; ++i) {
        q().advance(1s);
        ids.append(q().submit());
        QCOMPARE(q().die(ids.constLast()), JobStatus::DeadLetter);
    }
    QCOMPARE(q().ids(JobStatus::DeadLetter), (QList<JobId>{ids.at(3), ids.at(2)}));
    QCOMPARE(q().tryLook(ids.at(0)).error().kind, Error::Kind::NotFound);
    QCOMPARE(q().stats().trimmed, 2);
    QCOMPARE(q().stats().deadLettered, 4);
}

void RetentionCases::deadLettersGoByAge()
{
    q().setLimits({.keepDeadFor = 24h});
    const JobId old = q().submit();
    (void)q().die(old);
    q().advance(25h);
    q().submit();
    q().complete(q().claim());
    QCOMPARE(q().tryLook(old).error().kind, Error::Kind::NotFound);
    QCOMPARE(q().stats().expired, 1);
}

void RetentionCases::trimSaysWhetherThereIsMore()
{
    q().setLimits({.keepFinishedFor = 1h});
    for (int i = 0; i < 250; ++i) {
        q().submit();
        q().complete(q().claim());
    }
    QVERIFY(!q().trim()); // none is old enough
    q().advance(2h);
    QVERIFY(q().trim());
    QCOMPARE(q().stats().size(JobStatus::Completed), 50); // a bounded step, as everybody else waits for it
    QVERIFY(!q().trim());
    QCOMPARE(q().stats().size(JobStatus::Completed), 0);
    QCOMPARE(q().stats().expired, 250);
}

} // namespace signalbox::test
