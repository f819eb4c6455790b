#include "core/worker/handlers/line_splitter.h"

#include <algorithm>

namespace signalbox::worker {

void LineSplitter::add(QByteArrayView bytes)
{
    while (!bytes.isEmpty()) {
        const qsizetype end = bytes.indexOf('\n');
        const QByteArrayView part = end < 0 ? bytes : bytes.first(end);
        const qsizetype room = m_bytesMax - m_rest.size();
        m_rest.append(part.first(std::min(part.size(), room)));
        m_isCut = m_isCut || part.size() > room;
        if (end < 0) return;
        emitLine();
        bytes = bytes.sliced(end + 1);
    }
}

void LineSplitter::finish()
{
    if (!m_rest.isEmpty()) emitLine();
}

void LineSplitter::emitLine()
{
    if (m_rest.endsWith('\r')) m_rest.chop(1);
    const QByteArray line = std::exchange(m_rest, {});
    m_line(line, std::exchange(m_isCut, false));
}

} // namespace signalbox::worker
