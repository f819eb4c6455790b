#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <functional>

namespace signalbox::worker {

/// Bytes in, lines out. A line longer than the limit is cut there and the rest of it dropped, so that a
/// program that never ends its line costs bounded memory.
class LineSplitter {
public:
    using Line = std::function<void(QByteArrayView line, bool isCut)>; ///< without "\n" or "\r\n"
    LineSplitter(qsizetype bytesMax, Line line) : m_bytesMax(bytesMax), m_line(std::move(line)) { }
    void add(QByteArrayView bytes);
    void finish(); ///< the last line may have no end
    [[nodiscard]] bool isInLine() const { return !m_rest.isEmpty(); }
    /// The line that has no end yet, which is forgotten here.
    [[nodiscard]] QByteArray takeRest() { return std::exchange(m_rest, {}); }

private:
    void emitLine();
    const qsizetype m_bytesMax;
    const Line m_line;
    QByteArray m_rest;
    bool m_isCut = false;
};

} // namespace signalbox::worker
