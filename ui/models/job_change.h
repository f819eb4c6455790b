#pragma once

#include "core/model/event.h"
#include "core/model/job.h"

#include <QJsonObject>

namespace signalbox::ui {

/// What an event says about a row that is on the screen. Events are hints: they make a row move at once, and
/// what they do not tell (when a retry is due) is asked for afterwards.
struct JobChange {
    bool isKnown = false;   ///< the event is about a job's state or progress
    bool needsLook = false; ///< the row should be read again: the event does not carry all that changed
    bool isGone = false;    ///< deleted
};
/// Applies the event to the row it is about.
JobChange applyEvent(JobSummary &row, const Event &event);

/// The members of an event's data; an empty object when it holds none.
[[nodiscard]] QJsonObject dataOf(const Event &event);

} // namespace signalbox::ui
