#include "app/ctl/output.h"

#include "core/model/display_text.h"
#include "core/model/json_text.h"
#include "core/model/json_writer.h"
#include "core/model/number_text.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace signalbox::ctl {

using namespace Qt::StringLiterals;

namespace {

/// Columns of the terminal behind a descriptor; 0 when there is none.
int terminalWidth(int descriptor)
{
    if (::isatty(descriptor) == 0) return 0;
    winsize size{};
    const bool isKnown = ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return isKnown ? size.ws_col : 80;
}

bool isHarmless(const QString &character)
{
    return displayLine(character) == character;
}

} // namespace

QByteArray harmlessJson(const QByteArray &document)
{
    const bool isPlain
        = std::all_of(document.begin(), document.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
    if (isPlain) return document;
    // Outside strings a document has ASCII only, of which line breaks and tabs are spaces; inside, it has no
    // control below 0x20. So every other character can be replaced where it stands.
    QString out;
    const QString text = QString::fromUtf8(document);
    for (qsizetype i = 0; i < text.size();) {
        const qsizetype length = text[i].isHighSurrogate() && i + 1 < text.size() ? 2 : 1;
        const QString character = text.mid(i, length);
        i += length;
        if (character.front() < u' ') {
            out += u' ';
        } else if (isHarmless(character)) {
            out += character;
        } else {
            for (const QChar unit : character)
                out += u"\\u%1"_s.arg(uint(unit.unicode()), 4, 16, QLatin1Char('0'));
        }
    }
    return out.toUtf8();
}

Output::Output(bool json)
    : m_isJson(json),
      m_tableWidth(terminalWidth(STDOUT_FILENO)),
      m_progressWidth(terminalWidth(STDERR_FILENO)),
      m_isBold(m_tableWidth > 0 && qEnvironmentVariableIsEmpty("NO_COLOR"))
{
}

void Output::verbatim(const QByteArray &text)
{
    progress({});
    const auto size = static_cast<size_t>(text.size());
    if (std::fwrite(text.constData(), 1, size, stdout) != size) m_isBroken = true;
}

void Output::line(const QString &text)
{
    verbatim(displayBlock(text).toUtf8() + '\n');
}

void Output::table(const Table &table)
{
    const QStringList lines = table.lines(m_tableWidth);
    for (qsizetype i = 0; i < lines.size(); ++i) {
        const bool isTitle = i == 0 && m_isBold;
        verbatim((isTitle ? QByteArray("\033[1m") : QByteArray()) + displayLine(lines[i]).toUtf8()
                 + (isTitle ? QByteArray("\033[0m\n") : QByteArray("\n")));
    }
}

void Output::json(const QByteArray &document)
{
    verbatim(harmlessJson(jsonOnOneLine(document)) + '\n');
}

void Output::note(const QString &text)
{
    toStandardError(displayBlock(text));
}

void Output::error(const Error &error)
{
    if (m_isJson) {
        const QByteArray object = JsonWriter()
                                      .text("kind"_L1, toText(error.kind))
                                      .text("what"_L1, error.what)
                                      .text("why"_L1, error.why)
                                      .text("todo"_L1, error.todo)
                                      .take();
        return toStandardError(QString::fromUtf8(harmlessJson(JsonWriter().json("error"_L1, object).take())));
    }
    const QString indent = u"\n       "_s;
    QString text = u"error: "_s + displayBlock(error.what);
    for (const QString &more : {error.why, error.todo})
        if (!more.isEmpty()) text += indent + displayBlock(more).replace(u'\n', indent);
    toStandardError(text);
}

void Output::progress(const QString &text)
{
    if (m_progressWidth == 0 || (text.isEmpty() && !m_progressShown)) return;
    const QByteArray shown = displayLine(text).left(m_progressWidth - 1).toUtf8();
    std::fprintf(stderr, "\r\033[K%s", shown.constData()); // our own escapes: to the start, clear the line
    std::fflush(stderr);
    m_progressShown = !text.isEmpty();
}

void Output::progress(const QString &label, qint64 done, std::optional<qint64> total)
{
    if (m_progressWidth == 0) return;
    if (!total || *total <= 0) return progress(u"%1 %2"_s.arg(label, countText(done)));
    constexpr qint64 cells = 24;
    const qint64 filled = std::clamp<qint64>(done * cells / *total, 0, cells);
    const QString bar = QString(filled, u'█') + QString(cells - filled, u'░');
    progress(u"%1 %2 %3 of %4"_s.arg(label, bar, countText(done), countText(*total)));
}

void Output::toStandardError(const QString &text)
{
    progress({});
    std::fprintf(stderr, "%s\n", text.toUtf8().constData());
}

bool Output::flush()
{
    if (std::fflush(stdout) != 0) m_isBroken = true;
    return !m_isBroken;
}

} // namespace signalbox::ctl
