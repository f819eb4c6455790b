#pragma once

#include "app/compose/composition.h"
#include "app/console/console_options.h"
#include "ui/window/main_window.h"

#include <QObject>

#include <memory>

namespace signalbox::console {

class WaitingWindow;

/// The life of the program: opens server, queue and service, shows the window, and at the end lets the
/// workers finish. What takes long, or fails, is said in a small window of its own; nothing blocks.   Threads
/// GUI.
class Console : public QObject {
    Q_OBJECT
public:
    Console(ConsoleOptions options, ui::Theme &theme, QObject *parent = nullptr);
    ~Console() override;
    void start();
    /// As if the window was closed: a SIGTERM, the end of the session. A second time: the workers stop now.
    void end();

private:
    void open(const service::Settings &settings);
    void showWindow();
    void leave();
    void stopNow();
    void fail(const Error &error);

    ConsoleOptions m_options;
    ui::Theme &m_theme;
    std::unique_ptr<compose::Composition> m_composition; // outlives the window, which uses its service
    std::unique_ptr<ui::MainWindow> m_window;
    std::unique_ptr<WaitingWindow> m_waiting;
    bool m_isLeaving = false;
};

} // namespace signalbox::console
