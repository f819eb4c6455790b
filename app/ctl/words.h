#pragma once

#include <QCoreApplication>

namespace signalbox::ctl {

/// What this program says to a person: one translation context.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(ctl)
};

} // namespace signalbox::ctl
