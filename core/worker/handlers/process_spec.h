#pragma once

#include "core/model/error.h"

#include <QByteArrayList>
#include <QMap>
#include <QStringList>

#include <chrono>

namespace signalbox::worker {

/// Which program a handler runs, and what it may have. Fixed when it is registered: nothing in it comes from
/// a job, and no shell ever sees it. Source  docs/handlers.md, "Process handlers".
struct ProcessSpec {
    QString program; ///< absolute path of an executable file
    QStringList arguments;
    QString workingFolder = QStringLiteral("/");
    /// Names of our environment that the program gets as well; nothing else of it, so that no secret leaks.
    QStringList environmentPassed{QStringLiteral("PATH"),   QStringLiteral("HOME"), QStringLiteral("LANG"),
                                  QStringLiteral("LC_ALL"), QStringLiteral("TZ"),   QStringLiteral("TMPDIR")};
    QMap<QString, QString> environmentSet;
    qint64 memoryBytesMax = 0;                 ///< address space; 0: no limit
    std::chrono::seconds cpuMax{0};            ///< 0: no limit
    std::chrono::milliseconds killGrace{2000}; ///< between SIGTERM and SIGKILL

    /// Looks at the file system as well.   Errors   Invalid, naming the field as in handlers.json.
    [[nodiscard]] Result<> validate() const;
    [[nodiscard]] QByteArrayList environment() const; ///< "NAME=value", from ours as it is now
    [[nodiscard]] QString description() const;
    bool operator==(const ProcessSpec &) const = default;
};

} // namespace signalbox::worker
