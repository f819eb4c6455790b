#pragma once

#include "app/ctl/command.h"

namespace signalbox::ctl {

// One for each file of a subcommand; commands.cpp lists them with their names.
[[nodiscard]] std::unique_ptr<Command> makeBench();
[[nodiscard]] std::unique_ptr<Command> makeCancel();
[[nodiscard]] std::unique_ptr<Command> makeDeadDelete();
[[nodiscard]] std::unique_ptr<Command> makeDeadList();
[[nodiscard]] std::unique_ptr<Command> makeDeadRequeue();
[[nodiscard]] std::unique_ptr<Command> makeDoctor();
[[nodiscard]] std::unique_ptr<Command> makeEvents();
[[nodiscard]] std::unique_ptr<Command> makeWatch();
[[nodiscard]] std::unique_ptr<Command> makeList();
[[nodiscard]] std::unique_ptr<Command> makeMetrics();
[[nodiscard]] std::unique_ptr<Command> makeQueuesList();
[[nodiscard]] std::unique_ptr<Command> makeQueuesPause();
[[nodiscard]] std::unique_ptr<Command> makeQueuesPurge();
[[nodiscard]] std::unique_ptr<Command> makeQueuesResume();
[[nodiscard]] std::unique_ptr<Command> makeResult();
[[nodiscard]] std::unique_ptr<Command> makeRetry();
[[nodiscard]] std::unique_ptr<Command> makeShow();
[[nodiscard]] std::unique_ptr<Command> makeStatus();
[[nodiscard]] std::unique_ptr<Command> makeSubmit();
[[nodiscard]] std::unique_ptr<Command> makeWait();
[[nodiscard]] std::unique_ptr<Command> makeWork();
[[nodiscard]] std::unique_ptr<Command> makeWorkersList();

} // namespace signalbox::ctl
