#include "app/ctl/command.h"

namespace signalbox::ctl {

QString Context::queue() const
{
    return global().queue.isEmpty() ? QStringLiteral("default") : global().queue;
}

void Context::fail(const Error &error)
{
    out().error(error);
    finish(exitCodeOf(error.kind));
}

void Command::interrupt(Context &context, int /*times*/)
{
    context.finish(ExitCode::Interrupted);
}

} // namespace signalbox::ctl
