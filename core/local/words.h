#pragma once

#include <QCoreApplication>

namespace signalbox::local {

/// What this room says to a person: one translation context.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(local)
};

} // namespace signalbox::local
