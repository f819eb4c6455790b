#pragma once

#include "core/worker/handlers/process_handler.h"
#include "tests/core/worker/test_context.h"
#include "tests/support/process_life.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <sys/wait.h>

namespace signalbox::test {

inline worker::ProcessSpec peer(const QStringList &arguments)
{
    worker::ProcessSpec spec;
    spec.program = QStringLiteral(HANDLER_PEER);
    spec.arguments = arguments;
    return spec;
}

inline worker::RunResult run(const worker::ProcessSpec &spec, TestContext &context, const JobDefinition &job)
{
    const Result<std::shared_ptr<worker::Handler>> handler = worker::ProcessHandler::create(spec);
    if (!handler) qFatal("%s", qPrintable(handler.error().text()));
    return (*handler)->run(job, context);
}

inline worker::RunResult run(const QStringList &arguments, const QByteArray &kwargs = "{}")
{
    TestContext context;
    return run(peer(arguments), context, jobFor(QStringLiteral("peer"), kwargs));
}

inline QJsonObject objectOf(const worker::RunResult &result)
{
    return QJsonDocument::fromJson(result.result.bytes()).object();
}

inline bool hasChildren() // any at all, zombies included
{
    siginfo_t info{};
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

} // namespace signalbox::test
