#pragma once

#include "core/model/error.h"

#include <QByteArray>
#include <QObject>
#include <QStringList>

#include <functional>

namespace signalbox::local {

struct ProgramCall {
    QString program; ///< looked for in PATH
    QStringList arguments;
    QByteArray input;
};
struct ProgramEnd {
    int exitCode = 0;  ///< −1: it crashed
    QByteArray output; ///< of stdout and stderr, in order
};
/// Runs a program to its end without waiting for it. The receiver owns the run: gone with it, and then
/// nothing is called.   Errors  Unavailable: it is missing (named with the package that has it) or did not
/// start.
void runProgram(const ProgramCall &call, QObject *receiver, std::function<void(Result<ProgramEnd>)> done);

} // namespace signalbox::local
