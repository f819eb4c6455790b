#pragma once

namespace signalbox::runtime {

/// Shows ThreadSanitizer what queued signals carry from thread to thread: a Qt that is not built for it hides
/// the lock that does so, and each event list would look like a race. Once a process; nothing in other
/// builds.
void showQueuedSignalsToRaceDetector();

} // namespace signalbox::runtime
