// What a queue keeps where nobody has said anything: the scripts and the plain machine agree.
#include "core/queue/queue_state.h"
#include "core/queue/redis_job_queue_calls.h"

#include <QRegularExpression>
#include <QTest>

namespace signalbox::test {

using namespace queue;
using namespace Qt::StringLiterals;

namespace {

/// name → the number that a script takes where the settings have none
QMap<QString, qint64> defaultsIn(const redis::ScriptSource &script)
{
    static const QRegularExpression form(u"tonumber\\((\\w+)\\) or (\\d+)"_s);
    QMap<QString, qint64> found;
    QRegularExpressionMatchIterator all = form.globalMatch(QString::fromUtf8(script.text));
    while (all.hasNext()) {
        const QRegularExpressionMatch one = all.next();
        found.insert(one.captured(1), one.captured(2).toLongLong());
    }
    return found;
}

} // namespace

class LimitsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void scriptsHaveTheDefaultsOfThePlainMachine()
    {
        const QueueState::Limits limits;
        for (const redis::ScriptSource *script :
             {&scripts::submit, &scripts::settle_and_claim, &scripts::reap, &scripts::trim}) {
            const QMap<QString, qint64> found = defaultsIn(*script);
            QCOMPARE(found.value(u"events_max"_s), limits.eventsMax);
            QCOMPARE(found.value(u"dead_max"_s), limits.deadMax);
            QCOMPARE(found.value(u"dead_age"_s), qint64{limits.keepDeadFor.count()});
            QCOMPARE(found.value(u"keep_age"_s), qint64{limits.keepFinishedFor.count()});
            QCOMPARE(found.value(u"keep_count"_s), limits.keepFinishedCount);
            QCOMPARE(found.value(u"keep_bytes"_s), limits.keepFinishedBytes);
        }
        QCOMPARE(defaultsIn(scripts::submit).value(u"size_max"_s), limits.sizeMax);
    }
};

} // namespace signalbox::test

QTEST_GUILESS_MAIN(signalbox::test::LimitsTest)
#include "limits_test.moc"
