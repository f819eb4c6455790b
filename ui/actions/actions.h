#pragma once

#include "ui/actions/action_registry.h"

namespace signalbox::ui {

/// Every action of the console. The place in the list is the place in the palette.
[[nodiscard]] std::span<const ActionSpec> consoleActions();

namespace action {
extern const ActionSpec &showOverview, &showQueues, &showJobs, &showDeadLetters, &showWorkers, &showMetrics,
    &showActivity;
extern const ActionSpec &submitJob, &startSamples, &palette, &search, &inspect, &closeInspector, &refresh;
extern const ActionSpec &cancel, &retry, &requeue, &requeueAll, &remove, &copyId, &copyCommand,
    &selectAllRows;
extern const ActionSpec &startWorkers, &stopWorkers, &stopWorkersNow, &addWorker, &removeWorker;
extern const ActionSpec &pauseQueue, &resumeQueue, &purgeQueue, &showQueueJobs;
extern const ActionSpec &followDesktop, &lightTheme, &darkTheme, &comfortableRows, &shortcuts, &about, &quit;
} // namespace action

} // namespace signalbox::ui
