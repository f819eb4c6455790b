#include "core/runtime/clock.h"
#include "core/runtime/engine_thread.h"
#include "core/runtime/timer_slice.h"

#include <QDateTime>
#include <QProcess>
#include <QSet>
#include <QTest>

#include <atomic>
#include <ctime>

using namespace signalbox;
using namespace signalbox::runtime;
using namespace std::chrono_literals;

class SystemSeamsTest : public QObject {
    Q_OBJECT
    static constexpr const char *sleptVariable = "SIGNALBOX_TEST_SLEPT"; ///< set within the time namespace
private Q_SLOTS:
    void wallTimeIsTheSystems()
    {
        const qint64 before = QDateTime::currentMSecsSinceEpoch();
        const qint64 now = toMicros(systemSeams().clock->wallNow()) / 1000;
        QVERIFY(now >= before && now <= QDateTime::currentMSecsSinceEpoch());
    }
    void monotonicTimeNeverGoesBack()
    {
        auto last = systemSeams().clock->monotonicNow();
        for (int i = 0; i < 1000; ++i) {
            const auto now = systemSeams().clock->monotonicNow();
            QVERIFY(now >= last);
            last = now;
        }
    }
    void monotonicTimeCountsWhatTheMachineSleeps()
    {
        // Nobody can suspend the machine for a test, but a time namespace can move the clock that counts
        // sleep, and it alone: to a process in there it looks as if the machine had slept for a day.
        if (!qEnvironmentVariableIsSet(sleptVariable)) {
            QProcess inside;
            QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
            environment.insert(QLatin1String(sleptVariable), QStringLiteral("1"));
            inside.setProcessEnvironment(environment);
            const QStringList slept{QStringLiteral("--time"), QStringLiteral("--boottime"),
                                    QStringLiteral("86400")};
            inside.start(QStringLiteral("unshare"), slept + QStringList{QStringLiteral("true")});
            if (!inside.waitForFinished() || inside.exitCode() != 0)
                QSKIP("Time namespaces are not permitted here.");
            inside.start(QStringLiteral("unshare"),
                         slept
                             + QStringList{QCoreApplication::applicationFilePath(),
                                           QLatin1String(QTest::currentTestFunction())});
            QVERIFY(inside.waitForFinished());
            QVERIFY2(inside.exitStatus() == QProcess::NormalExit && inside.exitCode() == 0,
                     inside.readAllStandardOutput().constData());
            return;
        }
        timespec awake{};
        QCOMPARE(clock_gettime(CLOCK_MONOTONIC, &awake), 0);
        const auto slept = systemSeams().clock->monotonicNow() - std::chrono::seconds(awake.tv_sec);
        QVERIFY(slept >= 24h);
        // A timer is right by that clock as well.
        bool fired = false;
        const auto timer = systemSeams().timers->makeTimer([&] { fired = true; });
        timer->start(5ms);
        QTRY_VERIFY(fired);
    }
    void timerFiresOnceAndNotEarly()
    {
        const auto wait = 20ms;
        int fired = 0;
        std::chrono::nanoseconds took{0};
        const auto begin = systemSeams().clock->monotonicNow();
        const auto timer = systemSeams().timers->makeTimer([&] {
            ++fired;
            took = systemSeams().clock->monotonicNow() - begin;
        });
        timer->start(wait);
        QVERIFY(timer->isActive());
        QTRY_COMPARE(fired, 1);
        QVERIFY(took >= wait);
        QVERIFY(!timer->isActive());
    }
    void timerNeverFiresInsideStart()
    {
        bool fired = false;
        const auto timer = systemSeams().timers->makeTimer([&] { fired = true; });
        timer->start(-5ms);
        QVERIFY(!fired && timer->isActive());
        QTRY_VERIFY(fired);
    }
    void stoppedTimerIsSilent()
    {
        bool firedStopped = false;
        bool firedLater = false;
        const auto stopped = systemSeams().timers->makeTimer([&] { firedStopped = true; });
        const auto later = systemSeams().timers->makeTimer([&] { firedLater = true; });
        stopped->start(1ms);
        stopped->stop();
        later->start(5ms);
        QTRY_VERIFY(firedLater);
        QVERIFY(!firedStopped && !stopped->isActive());
    }
    void timerMayDestroyItself()
    {
        bool fired = false;
        std::unique_ptr<Timer> timer;
        timer = systemSeams().timers->makeTimer([&] {
            timer.reset();
            fired = true; // still alive enough to say so
        });
        timer->start(0ms);
        QTRY_VERIFY(fired);
    }
    void timerFiresInTheThreadThatMadeIt()
    {
        EngineThread engine;
        std::unique_ptr<Timer> timer;
        std::atomic<bool> firedThere = false;
        engine.run([&] {
            timer = systemSeams().timers->makeTimer([&] { firedThere = engine.isCurrent(); });
            timer->start(0ms);
        });
        QTRY_VERIFY(firedThere);
        engine.run([&] { timer.reset(); });
    }
    void aWaitOfYearsIsCutIntoSlices()
    {
        QCOMPARE(timerSlice(-1ns), 0ms);
        QCOMPARE(timerSlice(0ns), 0ms);
        QCOMPARE(timerSlice(1ns), 1ms); // rounded up: early is wrong
        QCOMPARE(timerSlice(1500us), 2ms);
        QCOMPARE(timerSlice(24h * 365 * 30), std::chrono::milliseconds(24h * 20));
        const auto timer = systemSeams().timers->makeTimer([] { QFAIL("It fired years early."); });
        timer->start(std::chrono::milliseconds::max());
        QVERIFY(timer->isActive());
        bool turned = false; // the loop turns, and the timer of years does not fire
        const auto next = systemSeams().timers->makeTimer([&] { turned = true; });
        next->start(1ms);
        QTRY_VERIFY(turned);
        QVERIFY(timer->isActive());
    }
    void randomNumbersDiffer()
    {
        QSet<quint64> seen;
        for (int i = 0; i < 1000; ++i) seen.insert(systemSeams().random->bits());
        QCOMPARE(seen.size(), 1000);
        const double value = systemSeams().random->uniform();
        QVERIFY(value >= 0 && value < 1);
    }
};

QTEST_GUILESS_MAIN(SystemSeamsTest)
#include "system_seams_test.moc"
