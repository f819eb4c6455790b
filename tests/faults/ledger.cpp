#include "tests/faults/ledger.h"

#include <QFile>

#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace signalbox::test {

void Ledger::append(const QList<LedgerLine> &lines) const
{
    QByteArray text;
    for (const LedgerLine &line : lines)
        text += line.word + ' ' + line.id + ' ' + QByteArray::number(line.number) + ' '
            + QByteArray::number(line.pid) + ' ' + (line.bytes.isEmpty() ? "-" : line.bytes.toBase64())
            + '\n';
    QFile file(m_file);
    if (!file.open(QIODevice::Append | QIODevice::Unbuffered) || file.write(text) != text.size()
        || fdatasync(file.handle()) != 0)
        qFatal("The ledger %s cannot be written: %s", qPrintable(m_file), std::strerror(errno));
}

QList<LedgerLine> Ledger::read() const
{
    QFile file(m_file);
    if (!file.exists()) return {};
    if (!file.open(QIODevice::ReadOnly)) qFatal("The ledger %s cannot be read", qPrintable(m_file));
    QList<LedgerLine> lines;
    QByteArrayList texts = file.readAll().split('\n');
    texts.removeLast(); // behind the last line's end; or a line that is being written
    for (const QByteArray &text : std::as_const(texts)) {
        const QByteArrayList words = text.split(' ');
        if (words.size() != 5) qFatal("The ledger has the line \"%s\"", text.constData());
        lines.append({words[0], words[1], words[2].toInt(), static_cast<pid_t>(words[3].toLong()),
                      words[4] == "-" ? QByteArray() : QByteArray::fromBase64(words[4])});
    }
    return lines;
}

} // namespace signalbox::test
