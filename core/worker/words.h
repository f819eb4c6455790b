#pragma once

#include <QCoreApplication>

namespace signalbox::worker {

/// What this room says to a person: one translation context.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(worker)
};

} // namespace signalbox::worker
