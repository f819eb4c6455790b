#include "tests/core/service/service_rig.h"
#include "ui/live/live_state.h"

#include <atomic>

using namespace signalbox;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using test::get;
using test::quickJob;
using test::ServiceRig;

namespace {

/// Counts how often its figures are asked for.
class CountingQueue : public queue::MemoryJobQueue {
public:
    explicit CountingQueue(std::atomic<int> &readings)
        : MemoryJobQueue(runtime::systemSeams()), m_readings(readings)
    {
    }
    QFuture<Result<QStringList>> queues() override
    {
        ++m_readings;
        return MemoryJobQueue::queues();
    }

private:
    std::atomic<int> &m_readings;
};

struct Console {
    explicit Console(std::chrono::milliseconds metricsInterval)
        : rig([this] { return std::make_unique<CountingQueue>(readings); }, settingsWith(metricsInterval))
    {
        if (!get(rig->start())) qFatal("The service did not start.");
        live = std::make_unique<ui::LiveState>(rig.service(), *runtime::systemSeams().clock);
    }
    static service::Settings settingsWith(std::chrono::milliseconds metricsInterval)
    {
        service::Settings settings;
        settings.metricsInterval = metricsInterval;
        return settings;
    }
    std::atomic<int> readings{0};
    ServiceRig rig;
    std::unique_ptr<ui::LiveState> live;
};

} // namespace

/// What the console knows, and how it comes by it.
class LiveStateTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void quietFiguresAreReadAsOftenAsTheSettingSays();
};

void LiveStateTest::quietFiguresAreReadAsOftenAsTheSettingSays()
{
    Console often(1s), rarely(1h);
    int ticks = 0;
    connect(rarely.live.get(), &ui::LiveState::ticked, this, [&ticks] { ++ticks; });
    QTRY_VERIFY_WITH_TIMEOUT(ticks >= 6, 30'000);
    QTRY_VERIFY(often.readings >= 4);
    QTRY_VERIFY(rarely.live->hasFigures());
    QVERIFY2(rarely.readings <= 2, QByteArray::number(rarely.readings)); // when it opens, and was connected
    const int before = rarely.readings;
    QVERIFY(get(rarely.rig->submit(quickJob(u"a"_s)))); // an event is a reason of its own
    QTRY_VERIFY(rarely.readings > before);
}

QTEST_GUILESS_MAIN(LiveStateTest)
#include "live_state_test.moc"
