#pragma once

#include "tests/core/queue/conformance/test_queue.h"

namespace signalbox::test {

/// What every subject of the suite has: a fresh backend for each case, and its invariants proved afterwards.
class Cases : public QObject {
    Q_OBJECT
public:
    explicit Cases(BackendFactory make) : m_make(std::move(make)) { }

protected:
    /// q() in a case is the queue under test.
    [[nodiscard]] TestQueue &q() { return *m_queue; }

private Q_SLOTS:
    void init();
    void cleanup();

private:
    BackendFactory m_make;
    std::unique_ptr<Backend> m_backend;
    std::unique_ptr<TestQueue> m_queue;
};

/// Those of the sixteen first cases of the system we follow that are about the queue, by their number there.
class SeedCases : public Cases {
    Q_OBJECT
public:
    using Cases::Cases;

private Q_SLOTS:
    void seed04_submitThenGet();
    void seed05_priorityOrder();
    void seed06_completeThenReadTheResult();
    void seed07_failThenRetryAfterTheDelay();
    void seed08_deadLetterAfterRetries();
    void seed09_requeueOfADeadLetter();
    void seed10_cancelThenNothingToGet();
    void seed11_listAllAndByStatus();
    void seed12_metrics();
};

class OrderCases : public Cases {
    Q_OBJECT
public:
    using Cases::Cases;

private Q_SLOTS:
    void tenThousandJobsComeByPriorityThenFifo();
    void defect01_orderIsByArrivalNotByTheSubmittersClock();
    void aReleasedJobKeepsItsPlace();
    void aJobThatWasReapedKeepsItsPlace();
    void aRetryGoesBehindWhatWaits();
    void promotionIsInTheOrderOfDueTimes();
};

class SubmitCases : public Cases {
    Q_OBJECT
public:
    using Cases::Cases;

private Q_SLOTS:
    void defect19_theSameIdIsOneJob();
    void theSameIdTwiceInOneBatchIsOneJob();
    void theSameIdempotencyKeyIsOneJob();
    void anIdempotencyKeyIsFreeOnceItsJobIsGone();
    void anInvalidJobIsRefusedByItselfOnly();
    void aFullQueueRefusesTheRest();
    void payloadsComeBackByteForByte_data();
    void payloadsComeBackByteForByte();
    void unknownKeysTagsAndNameSurvive();
    void aTimeInThePastMeansAtOnce();
    void anEarlierDueTimeIsKeptToTheMillisecond();
    void dependenciesAreRefusedInWords();
    void jobsOfOneBatchMayBelongToSeveralQueues();
};

class LeaseCases : public Cases {
    Q_OBJECT
public:
    using Cases::Cases;

private Q_SLOTS:
    void lateSettleIsRefused();
    void settlingTwiceWithOneTokenAnswersTheSame();
    void defect09_settlingAnUnknownJobIsNotFound();
    void defect09_aFinishedJobCannotBeFailed();
    void renewingKeepsTheLease();
    void renewTellsWhatIsLost();
    void aClaimSentTwiceGivesTheSameJobs();
    void anOlderClaimIsRefused();
    void aHeartbeatMayHoldThousandsOfLeases();
    void aRepeatedClaimGivesOnlyWhatIsStillHeld();
    void releasedJobsAreChargedNothing();
    void lostLeasesChargeNoAttempt();
    void threeLostLeasesMakeADeadLetter_data();
    void threeLostLeasesMakeADeadLetter();
    void settlementsAreAnsweredInOrder();
    void reapAnswersWhenTheNextLeaseEnds();
    void turnTellsWhenSomethingIsDue();
};

class OutcomeCases : public Cases {
    Q_OBJECT
public:
    using Cases::Cases;

private Q_SLOTS:
    void defect02_aFailedJobIsOutOfTheWayUntilItsDelayIsOver();
    void defect15_attemptsAreCounted();
    void defect22_aFailedResultIsNoSuccess();
    void defect23_aDeadLetterHasAResultAndRequeueDropsItsError();
    void noRetriesMeansOneRun();
    void failedForGoodIsADeadLetterAtOnce();
    void failedQuietlyIsFailedAndNoDeadLetter();
    void bigResultsAndErrorsComeBackWhole();
    void progressAndLogBelongToTheRun();
    void reportsOfALostLeaseAreIgnored();
};

class OperatorCases : public Cases {
    Q_OBJECT
public:
    using Cases::Cases;

private Q_SLOTS:
    void defect08_cancelOfARunningJobIsAskedNotDone();
    void cancelAskedIsToldByRenew();
    void cancelAskedTurnsAFailureIntoCancelled();
    void cancelAskedAndCompletedAllTheSameIsCompleted();
    void cancelAskedAndGivenBackIsCancelled();
    void cancelAskedAndLostIsCancelled();
    void defect13_aCancelledScheduledJobNeverRuns();
    void cancelOfAnEndedJobIsRefused();
    void requeueTakesOnlyWhatEndedWithoutSuccess();
    void aRequeuedJobsLogBeginsAnew();
    void requeueWithAnEditMakesANewJob();
    void requeueAllTakesWhatMatches();
    void runNowTakesOnlyWhatWaitsForItsTime();
    void removeTakesAnythingButARunningJob();
    void defect21_purgeLeavesRunningJobsAlone();
    void purgeTakesOneStateOnly();
    void purgeGoesInStepsAndCanBeStopped();
    void purgeOfRunningJobsIsRefused();
    void aPausedQueueGivesNothingAndSettles();
    void batchesAnswerOneResultAJob();
};

class RetentionCases : public Cases {
    Q_OBJECT
public:
    using Cases::Cases;

private Q_SLOTS:
    void finishedJobsGoByAge();
    void finishedJobsGoByCountTheOldestFirst();
    void aCapOfZeroIsNone();
    void finishedJobsGoByBytes();
    void defect12_deadLettersBeyondTheCapGoAndAreCounted();
    void deadLettersGoByAge();
    void trimSaysWhetherThereIsMore();
};

class ViewCases : public Cases {
    Q_OBJECT
public:
    using Cases::Cases;

private Q_SLOTS:
    void defect29_pagesAreStable();
    void aCursorGoesOnWhenItsJobHasMoved();
    void endedJobsComeNewestFirst();
    void filtersByHandlerPriorityTagAndText();
    void filtersByTextInArguments();
    void aSearchOfLargeArgumentsGoesOnBehindItsBound();
    void aFilterThatFindsLittleComesBackShortWithACursor();
    void aRowNeverHoldsThePayload();
    void statsKeepTheConservationLaw();
    void aJobIsFoundInWhateverQueue();
    void queuesAreListed();
    void unknownJobsAreNotFound();
    void callsBeforeInitializeAreRefused();
    void poolsArePublishedAndGo();
    void handlerCountsAreByHandler();
};

class MetricsCases : public Cases {
    Q_OBJECT
public:
    using Cases::Cases;

private Q_SLOTS:
    void whatTwoPoolsRecordAddsUp();
    void aRecordThatIsSentAgainCountsOnce();
    void theSizesOfNowAreInTheBucketOfNow();
    void handlersBeyondTheLimitAreOthers();
    void ringsForgetWhatIsOld();
    void aPoolsWrongClockLeavesTheFutureAlone();
    void aRangeIsReadByTimeAndHandler();
    void anUnknownQueueHasNone();

private:
    void record(const QByteArray &worker, queue::MetricsRecord record);
    [[nodiscard]] MetricsSeries read(const queue::MetricsQuery &query = {});
    [[nodiscard]] qint64 nowBucket();
};

class EventCases : public Cases {
    Q_OBJECT
public:
    using Cases::Cases;

private Q_SLOTS:
    void aJobTellsItsLife();
    void defect30_startedTellsTheTrueAttempt();
    void defect30_aDeadLetterIsTold();
    void aRefusedSettleIsAnEvent();
    void waitingWorkersAreWoken();
    void aCancelledRunReachesItsPool();
    void nobodyIsWokenAfterStopWaiting();
};

} // namespace signalbox::test
