#pragma once

#include "app/ctl/command.h"

namespace signalbox::ctl {

/// Before something that cannot be undone: `yes` was given, or a person at a terminal types it. Otherwise
/// ends the program, having said why, and answers false.
[[nodiscard]] bool confirmed(Context &context, bool yes, const QString &question);

} // namespace signalbox::ctl
