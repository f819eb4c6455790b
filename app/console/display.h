#pragma once

#include <QApplication>

#include <memory>

namespace signalbox::console {

/// The application object, which opens the display. Without one it says so on stderr, with what to do, and
/// ends the program with exitNoDisplay; QApplication alone would abort() there.   Threads  the first, once.
[[nodiscard]] std::unique_ptr<QApplication> openDisplay(int &argc, char **argv);

} // namespace signalbox::console
