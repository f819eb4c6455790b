#pragma once

#include "app/compose/composition.h"
#include "app/ctl/command.h"

#include <optional>

namespace signalbox::ctl {

/// One run of one command: settings, connecting, the command, closing. Threads  main.
class Program : public QObject, public Context {
    Q_OBJECT
public:
    Program(Command &command, const GlobalOptions &global);
    ~Program() override;
    void start(); ///< ends by QCoreApplication::exit
    void interrupt();

    [[nodiscard]] Output &out() override { return m_out; }
    [[nodiscard]] const GlobalOptions &global() const override { return m_global; }
    [[nodiscard]] const service::Settings &settings() const override { return m_settings; }
    [[nodiscard]] service::JobService &service() override { return m_composition->service(); }
    [[nodiscard]] compose::Composition &composition() override { return *m_composition; }
    void finish(ExitCode code) override;

private:
    [[nodiscard]] Result<> resolveSettings();
    void open();
    void quit();

    Command &m_command;
    GlobalOptions m_global;
    Output m_out;
    service::Settings m_settings;
    std::unique_ptr<compose::Composition> m_composition;
    std::optional<ExitCode> m_code;
    int m_interrupts = 0;
    bool m_isRunning = false;
};

/// A password in a URL on the command line is overwritten there, so that `ps` shows it for a moment only.
void hideSecrets(int argc, char **argv);

} // namespace signalbox::ctl
