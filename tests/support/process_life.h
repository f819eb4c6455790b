#pragma once

#include <QFile>

#include <sys/types.h>

namespace signalbox::test {

/// A zombie is not, and neither is one that is reaped between the opening of its file and the reading.
inline bool isAlive(pid_t pid)
{
    QFile status(QStringLiteral("/proc/%1/stat").arg(pid));
    if (!status.open(QIODevice::ReadOnly)) return false;
    const QByteArray text = status.readAll(); // "pid (name) state …"
    const QByteArray state = text.mid(text.lastIndexOf(')') + 2, 1);
    return !text.isEmpty() && state != "Z" && state != "X";
}

} // namespace signalbox::test
