// RedisJobQueue against the plain machine: the same random steps, and everything that both show.
// A failure prints the seed, which RC_PARAMS="seed=…" repeats, and the shortest sequence that still fails.
#include "tests/core/queue/property/redis_side.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QTest>

#include <rapidcheck.h>
#include <rapidcheck/state.h>

namespace signalbox::test {

namespace {

#ifdef NDEBUG
constexpr int sequences = 200;
#else
constexpr int sequences = 20; // an unoptimised build is for looking into a failure
#endif
constexpr int stepsWanted = 500;
constexpr int stepsBetweenFullLooks = 250;

/// A World that says how many steps it is old.
struct Model {
    World world;
    int steps = 0;
};

struct System {
    explicit System(TestServer &server) : redis(server) { }
    /// Ends the shortening of a failed sequence: what is found by then is short enough to read.
    [[nodiscard]] bool isShortenedEnough() const
    {
        return failedFor.isValid() && failedFor.hasExpired(shorteningMs);
    }
    [[noreturn]] void fail(const QString &what)
    {
        if (!failedFor.isValid()) failedFor.start();
        RC_FAIL(what.toStdString());
    }
    static constexpr qint64 shorteningMs = 60'000;
    QElapsedTimer failedFor;
    RedisSide redis;
    std::optional<World> last; ///< after the last step, for the look at the end
};

struct StepCommand : rc::state::Command<Model, System> {
    explicit StepCommand(Step made) : step(std::move(made)) { }
    void apply(Model &model) const override
    {
        (void)model.world.apply(step);
        ++model.steps;
    }
    void run(const Model &before, System &system) const override
    {
        if (system.isShortenedEnough()) return;
        World after = before.world;
        const QStringList expected = after.apply(step);
        const RedisSide::Shown shown = system.redis.carryOut(step, before.world.nowUs, touched());
        if (shown.answers != expected)
            system.fail(QStringLiteral("%1\n  Redis answers   %2\n  machine answers %3")
                            .arg(toText(step), shown.answers.join(QStringLiteral(" | ")),
                                 expected.join(QStringLiteral(" | "))));
        QString difference = RedisSide::difference(shown, after);
        if (difference.isEmpty() && before.steps % stepsBetweenFullLooks == 0)
            difference = system.redis.differenceInAll(after);
        if (!difference.isEmpty()) system.fail(toText(step) + QStringLiteral(": ") + difference);
        system.last = std::move(after);
    }
    void show(std::ostream &out) const override { out << toText(step).toStdString(); }

    Step step;

private:
    [[nodiscard]] QSet<JobId> touched() const
    {
        QSet<JobId> ids(step.ids.cbegin(), step.ids.cend());
        for (const queue::Settlement &one : step.turn.settlements) ids.insert(one.id);
        for (const queue::HeldLease &one : step.held) ids.insert(one.id);
        for (const queue::ProgressReport &one : step.reports) ids.insert(one.id);
        return ids;
    }
};

using CommandPointer = std::shared_ptr<const rc::state::Command<Model, System>>; // owners: RapidCheck's

rc::Gen<CommandPointer> nextCommand(const Model &model)
{
    // A seed says nothing about how simple its step is, so only the sequence is shortened, and no step.
    return [&model](const rc::Random &random, int) {
        rc::Random own = random;
        return rc::shrinkable::just(
            CommandPointer(std::make_shared<StepCommand>(randomStep(model.world, own.next()))));
    };
}

} // namespace

class QueuePropertyTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void redisShowsWhatTheMachineShows();
};

void QueuePropertyTest::redisShowsWhatTheMachineShows()
{
    TestServer server;
    System system(server);
    Model start;
    start.world.nowUs = 1'764'000'000'000'000;
    const bool holds = rc::check("RedisJobQueue shows what the plain machine shows", [&] {
        system.redis.begin(start.world.nowUs);
        system.last.reset();
        rc::state::check(start, system, nextCommand);
        if (!system.last || system.isShortenedEnough()) return;
        const QString difference = system.redis.differenceInAll(*system.last);
        if (!difference.isEmpty()) system.fail(difference);
    });
    QVERIFY(holds);
}

} // namespace signalbox::test

int main(int argc, char **argv)
{
    using namespace signalbox::test;
    // Lengths vary up to max_size, with a mean of a quarter of it.
    const QByteArray defaults
        = "max_success=" + QByteArray::number(sequences) + " max_size=" + QByteArray::number(4 * stepsWanted);
    if (!qEnvironmentVariableIsSet("RC_PARAMS")) qputenv("RC_PARAMS", defaults);
    const QCoreApplication app(argc, argv);
    QueuePropertyTest test;
    return QTest::qExec(&test, QCoreApplication::arguments() << QStringLiteral("-nocrashhandler"));
}

#include "property_test.moc"
