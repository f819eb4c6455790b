#include "app/console/console.h"

#include "app/compose/settings_source.h"
#include "app/console/waiting_window.h"
#include "core/runtime/answer.h"
#include "core/runtime/clock.h"

#include <QCoreApplication>

namespace signalbox::console {

using runtime::whenDone;

Console::Console(ConsoleOptions options, ui::Theme &theme, QObject *parent)
    : QObject(parent),
      m_options(std::move(options)),
      m_theme(theme),
      m_waiting(std::make_unique<WaitingWindow>())
{
    connect(m_waiting.get(), &WaitingWindow::tryAgain, this, &Console::start);
    connect(m_waiting.get(), &WaitingWindow::stopNow, this, &Console::stopNow);
    connect(m_waiting.get(), &WaitingWindow::closed, this, [] { QCoreApplication::quit(); });
}

Console::~Console() = default;

void Console::start()
{
    m_waiting->showOpening();
    const Result<service::Settings> settings = compose::loadSettings(m_options.settings);
    if (!settings) return fail(settings.error());
    open(*settings);
}

void Console::open(const service::Settings &settings)
{
    compose::CompositionOptions options;
    options.settings = settings;
    options.withHandlers = true;
    m_composition = std::make_unique<compose::Composition>(options);
    whenDone(m_composition->open(), this, [this](const Result<> &opened) {
        if (!opened) return fail(opened.error());
        showWindow();
    });
}

void Console::fail(const Error &error)
{
    m_composition.reset();
    m_waiting->showError(error);
}

void Console::showWindow()
{
    m_window
        = std::make_unique<ui::MainWindow>(m_composition->service(), *runtime::systemSeams().clock, m_theme);
    connect(m_window.get(), &ui::MainWindow::quitWanted, this, &Console::leave);
    connect(m_composition.get(), &compose::Composition::problem, m_window.get(), &ui::MainWindow::tell);
    if (!m_composition->notice().isEmpty()) m_window->say(m_composition->notice());
    if (!m_options.page.isEmpty()) m_window->showPage(m_options.page);
    m_window->show();
    m_waiting->finish();
}

void Console::stopNow()
{
    if (!m_composition) return;
    whenDone(m_composition->service().stopWorkers(worker::WorkerPool::StopMode::Now), this,
             [this](const Result<> &stopped) {
                 if (!stopped) m_waiting->showError(stopped.error());
             });
}

void Console::end()
{
    if (!m_window) return QCoreApplication::quit(); // nothing is open yet, or all is closed already
    if (m_isLeaving)
        stopNow();
    else
        m_window->close();
}

void Console::leave()
{
    if (std::exchange(m_isLeaving, true)) return;
    m_waiting->showLeaving(m_window->live().localWorkers());
    whenDone(m_composition->close(), this, [this](const Result<> &closed) {
        // The window goes before what it uses; the composition's destructor ends the engine's thread.
        m_window.reset();
        if (!closed) return m_waiting->showError(closed.error());
        m_composition.reset();
        QCoreApplication::quit();
    });
}

} // namespace signalbox::console
