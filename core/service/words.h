#pragma once

#include <QCoreApplication>

namespace signalbox::service {

/// What this room says to a person: one translation context.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(service)
};

} // namespace signalbox::service
