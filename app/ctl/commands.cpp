#include "app/ctl/commands.h"

#include <array>

namespace signalbox::ctl {

namespace {

constexpr std::array specs{
    CommandSpec{"submit", "Submit a job, or many from a file", makeSubmit},
    CommandSpec{"status", "Say in one line how jobs stand", makeStatus},
    CommandSpec{"show", "Show everything about jobs", makeShow},
    CommandSpec{"result", "Print the results of jobs that have ended", makeResult},
    CommandSpec{"wait", "Wait until jobs have ended, then print their results", makeWait},
    CommandSpec{"cancel", "Cancel jobs; a running one is asked to stop", makeCancel},
    CommandSpec{"retry", "Run jobs again that ended without success, or now what waits for its time",
                makeRetry},
    CommandSpec{"list", "List a queue's jobs", makeList},
    CommandSpec{"dead list", "List the dead letters, newest first", makeDeadList},
    CommandSpec{"dead requeue", "Give dead letters a fresh start", makeDeadRequeue},
    CommandSpec{"dead delete", "Delete dead letters for good", makeDeadDelete},
    CommandSpec{"queues list", "List all queues with their counts", makeQueuesList},
    CommandSpec{"queues pause", "Let workers claim nothing from a queue", makeQueuesPause},
    CommandSpec{"queues resume", "End a pause", makeQueuesResume},
    CommandSpec{"queues purge", "Delete a queue's jobs, all but running ones", makeQueuesPurge},
    CommandSpec{"workers list", "List the workers of every machine", makeWorkersList},
    CommandSpec{"work", "Run jobs here until told to stop", makeWork},
    CommandSpec{"events", "Print events as they happen, of every machine", makeEvents},
    CommandSpec{"metrics", "Print counts, rates and times", makeMetrics},
    CommandSpec{"watch", "Say when something begins to be wrong, and when it ends", makeWatch},
    CommandSpec{"doctor", "Check that the stored data is what it should be", makeDoctor},
    CommandSpec{"bench", "Measure this server with jobs that do nothing", makeBench},
};

} // namespace

std::span<const CommandSpec> commandSpecs()
{
    return specs;
}

const char *groupSummary(const std::string &group)
{
    if (group == "dead") return "Dead letters: jobs that are out of retries";
    if (group == "queues") return "Queues as a whole";
    return "Workers of every machine";
}

} // namespace signalbox::ctl
