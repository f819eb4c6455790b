#pragma once

#include <QCoreApplication>

namespace signalbox::compose {

/// What this part says to a person: one translation context.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(compose)
};

} // namespace signalbox::compose
