#pragma once

#include "app/ctl/exit_code.h"
#include "app/ctl/output.h"
#include "core/runtime/mailbox.h"
#include "core/service/job_service.h"

#include <QObject>

#include <functional>
#include <memory>
#include <span>

namespace CLI {
class App;
}

namespace signalbox::compose {
class Composition;
}

namespace signalbox::ctl {

/// What stands before or behind any subcommand.
struct GlobalOptions {
    QString redis; ///< as given: a URL, or @FILE that holds one
    QString queue; ///< empty: not given
    QString settingsFile;
    QStringList set; ///< name=value
    bool json = false;
};

/// What a running command sees of the program. Lives as long as the command.
class Context {
public:
    virtual ~Context() = default;
    [[nodiscard]] virtual Output &out() = 0;
    [[nodiscard]] virtual const GlobalOptions &global() const = 0;
    [[nodiscard]] virtual const service::Settings &settings() const = 0;
    [[nodiscard]] virtual service::JobService &service() = 0;      ///< for commands that need one
    [[nodiscard]] virtual compose::Composition &composition() = 0; ///< the same
    /// The queue as given, else "default".
    [[nodiscard]] QString queue() const;
    /// Ends the program, gracefully: what was opened is closed first. The first call counts.
    virtual void finish(ExitCode code = ExitCode::Done) = 0;
    /// Says the error and ends with its code.
    void fail(const Error &error);
};

/// One subcommand: one file. It is asked to run once, works by futures, and ends by Context::finish.
/// Threads  main; receivers of answers are the command itself.
class Command : public QObject {
    Q_OBJECT
public:
    struct Needs {
        bool service = true;
        bool events = false;   ///< listens to the stream from before run()
        bool handlers = false; ///< runs jobs itself
    };
    virtual void define(CLI::App &app) = 0;
    [[nodiscard]] virtual Needs needs() const { return {}; }
    /// Settings that this command's options set, by dotted name.
    [[nodiscard]] virtual service::Settings::Values settings(const GlobalOptions & /*global*/) const
    {
        return {};
    }
    /// Looks at the options before anything is connected or started.
    [[nodiscard]] virtual Result<> check(Context & /*context*/) { return {}; }
    virtual void run(Context &context) = 0;
    /// SIGINT or SIGTERM came, for the n-th time.
    virtual void interrupt(Context &context, int times);

protected:
    /// Runs it in this thread, after what was posted before. From any thread.
    void post(std::function<void()> call) { m_calls.put(std::move(call)); }

private:
    runtime::CallBox m_calls;
};

struct CommandSpec {
    const char *path;    ///< "submit", "dead list"
    const char *summary; ///< English; one line
    std::unique_ptr<Command> (*make)();
};
[[nodiscard]] std::span<const CommandSpec> commandSpecs();
/// What a group of commands ("dead") is about.
[[nodiscard]] const char *groupSummary(const std::string &group);

} // namespace signalbox::ctl
