#pragma once

#include <QByteArrayView>
#include <QString>

namespace signalbox {

/// UTF-8 that is part of a larger text, whole. QString::fromUtf8 drops U+FEFF at the beginning, as if every
/// piece were a file of its own: the name of "backup.\ufeffcreate" lost its first character that way. Threads
/// any.
[[nodiscard]] QString textFromUtf8(QByteArrayView bytes);

} // namespace signalbox
