#include "core/runtime/answer.h"
#include "core/runtime/engine_thread.h"
#include "core/runtime/mailbox.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <optional>
#include <thread>

using namespace signalbox;
using namespace signalbox::runtime;
using namespace Qt::StringLiterals;

/// The two doors between threads, and the engine's thread.
class ThreadsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void mailboxDeliversInTheOwnersThread();
    void mailboxKeepsEachSendersOrder();
    void mailboxDeliversABurstAtOnce();
    void mailboxDrainsNowWithoutTheLoop();
    void putInsideTheDrainIsDeliveredNext();
    void valuesOfADeadMailboxAreDropped();
    void answerGivesItsValueOnce();
    void answerDroppedGivesInternal();
    void answerIsDroppedOnlyWithItsLastCopy();
    void whenDoneRunsInTheReceiversThread();
    void whenDoneNeverRunsInsideTheCall();
    void whenDoneSkipsAReceiverThatDiedBefore();
    void whenDoneSkipsAReceiverThatDiedBetween();
    void engineRunsCallsInOrder();
    void engineRunWaitsAndMayBeNested();
    void engineEndsAfterWhatWasPutBefore();
    void engineDestroysWhatLivesInIt();
    void callsThatCameTooLateAreAnsweredInternal();
};

void ThreadsTest::mailboxDeliversInTheOwnersThread()
{
    std::optional<std::thread::id> drainedIn;
    Mailbox<int> mailbox([&](std::vector<int> &&) { drainedIn = std::this_thread::get_id(); });
    std::thread sender([&] { mailbox.put(1); });
    sender.join();
    QVERIFY(!drainedIn); // only the loop delivers
    QTRY_VERIFY(drainedIn);
    QCOMPARE(*drainedIn, std::this_thread::get_id());
}

void ThreadsTest::mailboxKeepsEachSendersOrder()
{
    constexpr int senders = 4;
    constexpr int each = 5000;
    std::array<int, senders> next{};
    bool inOrder = true;
    int received = 0;
    Mailbox<std::pair<int, int>> mailbox([&](std::vector<std::pair<int, int>> &&values) {
        for (const auto &[sender, number] : values) {
            int &expected = next.at(static_cast<size_t>(sender));
            inOrder = inOrder && number == expected;
            ++expected;
            ++received;
        }
    });
    std::vector<std::thread> threads;
    for (int sender = 0; sender < senders; ++sender)
        threads.emplace_back([&mailbox, sender] {
            for (int i = 0; i < each; ++i) mailbox.put({sender, i});
        });
    QTRY_COMPARE(received, senders * each);
    for (std::thread &thread : threads) thread.join();
    QVERIFY(inOrder);
}

void ThreadsTest::mailboxDeliversABurstAtOnce()
{
    QList<size_t> sizes;
    Mailbox<int> mailbox([&](std::vector<int> &&values) { sizes.append(values.size()); });
    for (int i = 0; i < 1000; ++i) mailbox.put(i);
    QTRY_VERIFY(!sizes.isEmpty());
    QCOMPARE(sizes, QList<size_t>{1000});
}

void ThreadsTest::mailboxDrainsNowWithoutTheLoop()
{
    int sum = 0;
    Mailbox<int> mailbox([&](std::vector<int> &&values) {
        for (const int value : values) sum += value;
    });
    mailbox.put(1);
    mailbox.put(2);
    mailbox.drainNow();
    QCOMPARE(sum, 3);
    QCoreApplication::sendPostedEvents(&mailbox); // the wake that is still under way finds nothing
    QCOMPARE(sum, 3);
}

void ThreadsTest::putInsideTheDrainIsDeliveredNext()
{
    QList<size_t> sizes;
    std::unique_ptr<Mailbox<int>> mailbox;
    mailbox = std::make_unique<Mailbox<int>>([&](std::vector<int> &&values) {
        sizes.append(values.size());
        if (sizes.size() < 3) mailbox->put(0);
    });
    mailbox->put(0);
    QTRY_COMPARE(sizes, (QList<size_t>{1, 1, 1}));
}

void ThreadsTest::valuesOfADeadMailboxAreDropped()
{
    bool delivered = false;
    auto mailbox = std::make_unique<Mailbox<int>>([&](std::vector<int> &&) { delivered = true; });
    mailbox->put(1);
    mailbox.reset();
    QCoreApplication::sendPostedEvents();
    QVERIFY(!delivered);
}

void ThreadsTest::answerGivesItsValueOnce()
{
    const Answer<int> answer;
    const QFuture<Result<int>> future = answer.future();
    QVERIFY(!future.isFinished());
    answer.give(1);
    answer.give(2);
    QVERIFY(future.isFinished());
    QCOMPARE(future.result().value(), 1);
    QCOMPARE(answered<int>(7).result().value(), 7);
}

void ThreadsTest::answerDroppedGivesInternal()
{
    QFuture<Result<>> future;
    {
        const Answer<> answer;
        future = answer.future();
    }
    QVERIFY(future.isFinished());
    QCOMPARE(future.result().error().kind, Error::Kind::Internal);
}

void ThreadsTest::answerIsDroppedOnlyWithItsLastCopy()
{
    auto first = std::make_unique<Answer<int>>();
    auto copy = std::make_unique<Answer<int>>(*first);
    const QFuture<Result<int>> future = first->future();
    first.reset();
    QVERIFY(!future.isFinished());
    copy.reset();
    QVERIFY(future.isFinished());
}

void ThreadsTest::whenDoneRunsInTheReceiversThread()
{
    const Answer<int> answer;
    std::optional<std::thread::id> ranIn;
    int value = 0;
    QObject receiver;
    whenDone(answer.future(), &receiver, [&](const Result<int> &result) {
        ranIn = std::this_thread::get_id();
        value = result.value();
    });
    std::thread giver([answer] { answer.give(42); });
    QTRY_COMPARE(value, 42);
    giver.join();
    QCOMPARE(*ranIn, std::this_thread::get_id());
    QTRY_VERIFY(receiver.children().isEmpty()); // the watcher went with its answer
}

void ThreadsTest::whenDoneNeverRunsInsideTheCall()
{
    bool ran = false;
    QObject receiver;
    whenDone(answered<int>(1), &receiver, [&](const Result<int> &) { ran = true; });
    QVERIFY(!ran);
    QTRY_VERIFY(ran);
}

void ThreadsTest::whenDoneSkipsAReceiverThatDiedBefore()
{
    const Answer<int> answer;
    bool ran = false;
    auto receiver = std::make_unique<QObject>();
    whenDone(answer.future(), receiver.get(), [&](const Result<int> &) { ran = true; });
    receiver.reset();
    answer.give(1);
    QCoreApplication::sendPostedEvents();
    QVERIFY(!ran);
}

void ThreadsTest::whenDoneSkipsAReceiverThatDiedBetween()
{
    const Answer<int> answer;
    bool ran = false;
    auto receiver = std::make_unique<QObject>();
    whenDone(answer.future(), receiver.get(), [&](const Result<int> &) { ran = true; });
    answer.give(1); // the delivery is posted now, and the receiver dies before the loop turns
    receiver.reset();
    QCoreApplication::sendPostedEvents();
    QVERIFY(!ran);
}

void ThreadsTest::engineRunsCallsInOrder()
{
    EngineThread engine;
    QList<int> order;
    for (int i = 0; i < 100; ++i) engine.post([&order, i] { order.append(i); });
    engine.run([] {});
    QCOMPARE(order.size(), 100);
    QVERIFY(std::is_sorted(order.cbegin(), order.cend()));
}

void ThreadsTest::engineRunWaitsAndMayBeNested()
{
    EngineThread engine;
    QVERIFY(!engine.isCurrent());
    bool wasCurrent = false;
    bool ranNested = false;
    engine.run([&] {
        wasCurrent = engine.isCurrent();
        engine.run([&] { ranNested = true; });
    });
    QVERIFY(wasCurrent && ranNested);
}

void ThreadsTest::engineEndsAfterWhatWasPutBefore()
{
    int ran = 0;
    {
        EngineThread engine;
        for (int i = 0; i < 1000; ++i) engine.post([&ran] { ++ran; });
    }
    QCOMPARE(ran, 1000);
}

void ThreadsTest::engineDestroysWhatLivesInIt()
{
    EngineThread engine;
    std::unique_ptr<QObject> object;
    QThread *destroyedIn = nullptr;
    engine.run([&] {
        object = std::make_unique<QObject>();
        QObject::connect(object.get(), &QObject::destroyed, object.get(),
                         [&] { destroyedIn = QThread::currentThread(); });
    });
    QVERIFY(object->thread() != thread());
    QThread *home = object->thread();
    engine.run([&] { object.reset(); });
    QCOMPARE(destroyedIn, home);
}

void ThreadsTest::callsThatCameTooLateAreAnsweredInternal()
{
    QFuture<Result<>> future;
    {
        std::function<void(const Answer<> &)>
            passOn; // for ever: one is always under way when the engine ends
        EngineThread engine;
        passOn = [&](const Answer<> &answer) { engine.post([&passOn, answer] { passOn(answer); }); };
        const Answer<> answer;
        future = answer.future();
        passOn(answer);
    }
    QVERIFY(future.isFinished());
    QCOMPARE(future.result().error().kind, Error::Kind::Internal);
}

QTEST_GUILESS_MAIN(ThreadsTest)
#include "threads_test.moc"
