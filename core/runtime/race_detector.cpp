#include "core/runtime/race_detector.h"

#ifdef __SANITIZE_THREAD__

#include <QCoreApplication>
#include <QEvent>

#include <sanitizer/tsan_interface.h>

#include <cstring>

// Exported by Qt 6 for tools like this one, but declared in a private header only.
struct QSignalSpyCallbackSet {
    using Begin = void (*)(QObject *caller, int signalOrMethod, void **arguments);
    using End = void (*)(QObject *caller, int signalOrMethod);
    Begin signalBegins;
    Begin slotBegins;
    End signalEnds;
    End slotEnds;
};
Q_CORE_EXPORT void qt_register_signal_spy_callbacks(QSignalSpyCallbackSet *callbacks);

namespace signalbox::runtime {

namespace {

char handOver; // only its address counts

/// All that was written before one of our own signals…
void released(QObject *caller, int, void **)
{
    if (std::strncmp(caller->metaObject()->className(), "signalbox::", 11) == 0) __tsan_release(&handOver);
}

/// … is there for the slot that a queued call reaches in another thread.
bool acquired(void **notification)
{
    if (static_cast<QEvent *>(notification[1])->type() == QEvent::MetaCall) __tsan_acquire(&handOver);
    return false; // goes on to the receiver
}

} // namespace

void showQueuedSignalsToRaceDetector()
{
    static const bool once = [] {
        static QSignalSpyCallbackSet callbacks{released, nullptr, nullptr, nullptr};
        qt_register_signal_spy_callbacks(&callbacks);
        return QInternal::registerCallback(QInternal::EventNotifyCallback, acquired);
    }();
    (void)once;
}

} // namespace signalbox::runtime

#else

void signalbox::runtime::showQueuedSignalsToRaceDetector() { }

#endif
