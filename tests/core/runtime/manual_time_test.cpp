#include "core/runtime/manual_clock.h"

#include <QTest>

using namespace signalbox;
using namespace signalbox::runtime;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

/// Timers that write their name and the time into one list.
class Timers {
public:
    std::unique_ptr<Timer> make(const QString &name)
    {
        return time.makeTimer([this, name] {
            const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(time.monotonicNow());
            fired.append(u"%1@%2"_s.arg(name).arg(now.count()));
        });
    }
    ManualTime time;
    QStringList fired;
};

} // namespace

class ManualTimeTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void timeStandsStillUntilTold()
    {
        ManualTime time(fromMicros(1000));
        QCOMPARE(time.wallNow(), fromMicros(1000));
        QCOMPARE(time.monotonicNow(), 0ns);
        time.advance(1500us);
        QCOMPARE(time.wallNow(), fromMicros(2500));
        QCOMPARE(time.monotonicNow(), std::chrono::nanoseconds(1500us));
    }
    void wallTimeJumpsWithoutTheMonotonic()
    {
        Timers timers;
        const auto timer = timers.make(u"a"_s);
        timer->start(10ms);
        const Timestamp before = timers.time.wallNow();
        timers.time.jumpWall(-1h);
        QCOMPARE(timers.time.wallNow(), before - 1h);
        QCOMPARE(timers.time.monotonicNow(), 0ns);
        timers.time.advance(10ms);
        QCOMPARE(timers.fired, QStringList{u"a@10"_s});
    }
    void timersFireInOrderAtTheirTime()
    {
        Timers timers;
        const auto late = timers.make(u"late"_s);
        const auto early = timers.make(u"early"_s);
        const auto after = timers.make(u"after"_s);
        late->start(20ms);
        early->start(5ms);
        after->start(21ms);
        QCOMPARE(timers.time.nextDue(), std::chrono::nanoseconds(5ms));
        timers.time.advance(20ms);
        QCOMPARE(timers.fired, (QStringList{u"early@5"_s, u"late@20"_s}));
        QVERIFY(!late->isActive() && after->isActive());
    }
    void sameTimeMeansFirstStartedFirst()
    {
        Timers timers;
        const auto a = timers.make(u"a"_s);
        const auto b = timers.make(u"b"_s);
        b->start(5ms);
        a->start(5ms);
        timers.time.advance(5ms);
        QCOMPARE(timers.fired, (QStringList{u"b@5"_s, u"a@5"_s}));
    }
    void neverFiresInsideStart()
    {
        Timers timers;
        const auto timer = timers.make(u"a"_s);
        timer->start(0ms);
        timer->start(-5ms);
        QVERIFY(timers.fired.isEmpty() && timer->isActive());
        timers.time.advance(0ns);
        QCOMPARE(timers.fired, QStringList{u"a@0"_s});
    }
    void whatFellDueWhileTheLoopStoodStillFiresLate()
    {
        Timers timers;
        const auto second = timers.make(u"second"_s), first = timers.make(u"first"_s);
        second->start(20ms);
        first->start(10ms);
        const auto later = timers.make(u"later"_s);
        later->start(70ms);
        timers.time.standStill(60ms);
        QCOMPARE(timers.fired, (QStringList{u"first@60"_s, u"second@60"_s}));
        timers.time.advance(10ms);
        QCOMPARE(timers.fired.constLast(), u"later@70"_s);
    }
    void startingAgainMovesIt()
    {
        Timers timers;
        const auto timer = timers.make(u"a"_s);
        timer->start(5ms);
        timers.time.advance(4ms);
        timer->start(5ms);
        timers.time.advance(4ms);
        QVERIFY(timers.fired.isEmpty());
        timers.time.advance(1ms);
        QCOMPARE(timers.fired, QStringList{u"a@9"_s});
    }
    void stoppedAndDestroyedTimersAreSilent()
    {
        Timers timers;
        const auto stopped = timers.make(u"stopped"_s);
        auto destroyed = timers.make(u"destroyed"_s);
        stopped->start(1ms);
        destroyed->start(1ms);
        stopped->stop();
        stopped->stop();
        destroyed.reset();
        timers.time.advance(1h);
        QVERIFY(timers.fired.isEmpty());
        QCOMPARE(timers.time.nextDue(), std::nullopt);
    }
    void aTimerMayStartItselfAgain()
    {
        ManualTime time;
        int fired = 0;
        std::unique_ptr<Timer> timer;
        timer = time.makeTimer([&] {
            ++fired;
            timer->start(10ms);
        });
        timer->start(10ms);
        time.advance(35ms);
        QCOMPARE(fired, 3);
        QCOMPARE(time.nextDue(), std::chrono::nanoseconds(40ms));
    }
    void aTimerMayDestroyItselfOrAnother()
    {
        ManualTime time;
        int fired = 0;
        std::unique_ptr<Timer> self;
        std::unique_ptr<Timer> other = time.makeTimer([&] { ++fired; });
        self = time.makeTimer([&] {
            ++fired;
            other.reset();
            self.reset();
        });
        self->start(1ms);
        other->start(1ms);
        time.advance(1s);
        QCOMPARE(fired, 1);
    }
    void sameSeedGivesTheSameNumbers()
    {
        SeededRandom a(7);
        SeededRandom b(7);
        SeededRandom other(8);
        for (int i = 0; i < 100; ++i) QCOMPARE(a.bits(), b.bits());
        QVERIFY(a.bits() != other.bits());
        QCOMPARE(SeededRandom(0).bits(), 0xE220A8397B1DCDAFU); // SplitMix64's published first value
    }
    void uniformIsSpreadOverItsRange()
    {
        SeededRandom random(1);
        double sum = 0;
        for (int i = 0; i < 10'000; ++i) {
            const double value = random.uniform();
            QVERIFY(value >= 0 && value < 1);
            sum += value;
        }
        QVERIFY(sum > 4800 && sum < 5200); // 5000 ± 7 standard deviations
    }
};

QTEST_GUILESS_MAIN(ManualTimeTest)
#include "manual_time_test.moc"
