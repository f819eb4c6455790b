#include "tests/architecture/source_text.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>

#include <algorithm>

namespace signalbox::architecture {

using namespace Qt::StringLiterals;

namespace {

void blank(QString &text, qsizetype begin, qsizetype end)
{
    for (qsizetype i = begin; i < std::min(end, text.size()); ++i)
        if (text.at(i) != u'\n') text[i] = u' ';
}

qsizetype endOr(qsizetype found, qsizetype length, const QString &text)
{
    return found < 0 ? text.size() : found + length;
}

/// The end of the literal that opens with the quote at `begin`, behind its closing quote.
qsizetype literalEnd(const QString &source, qsizetype begin)
{
    const QChar quote = source.at(begin);
    for (qsizetype i = begin + 1; i < source.size(); ++i) {
        if (source.at(i) == u'\\')
            ++i;
        else if (source.at(i) == quote)
            return i + 1;
        else if (source.at(i) == u'\n')
            return i; // not a literal after all
    }
    return source.size();
}

/// The end of R"tag(…)tag", whose quote is at `begin`.
qsizetype rawLiteralEnd(const QString &source, qsizetype begin)
{
    const qsizetype open = source.indexOf(u'(', begin);
    if (open < 0) return source.size();
    const QString close = u')' + source.mid(begin + 1, open - begin - 1) + u'"';
    return endOr(source.indexOf(close, open), close.size(), source);
}

bool isDigitSeparator(const QString &source, qsizetype at) // 1'000
{
    return at > 0 && source.at(at - 1).isLetterOrNumber() && at + 1 < source.size()
        && source.at(at + 1).isLetterOrNumber();
}

} // namespace

QList<SourceFile> readTree(const QString &root, const QStringList &folders, const QStringList &endings)
{
    QList<SourceFile> files;
    for (const QString &folder : folders) {
        QDirIterator entries(QDir(root).filePath(folder), QDir::Files, QDirIterator::Subdirectories);
        while (entries.hasNext()) {
            QFile file(entries.next());
            const bool isWanted = std::any_of(endings.cbegin(), endings.cend(), [&](const QString &ending) {
                return file.fileName().endsWith(ending);
            });
            if (!isWanted) continue;
            if (!file.open(QIODevice::ReadOnly))
                qFatal("Could not read %s.", qUtf8Printable(file.fileName()));
            files.append({QDir(root).relativeFilePath(file.fileName()), QString::fromUtf8(file.readAll())});
        }
    }
    std::sort(files.begin(), files.end(),
              [](const SourceFile &a, const SourceFile &b) { return a.path < b.path; });
    return files;
}

QString codeOf(const QString &source, Strings strings)
{
    QString code = source;
    qsizetype at = 0;
    while (at < source.size()) {
        const QStringView rest = QStringView(source).sliced(at);
        qsizetype end = at + 1;
        if (rest.startsWith(u"//")) {
            end = endOr(source.indexOf(u'\n', at), 0, source);
            blank(code, at, end);
        } else if (rest.startsWith(u"/*")) {
            end = endOr(source.indexOf(u"*/"_s, at + 2), 2, source);
            blank(code, at, end);
        } else if (rest.startsWith(u'"') || (rest.startsWith(u'\'') && !isDigitSeparator(source, at))) {
            const bool isRaw = rest.startsWith(u'"') && at > 0 && source.at(at - 1) == u'R';
            end = isRaw ? rawLiteralEnd(source, at) : literalEnd(source, at);
            if (strings == Strings::Blank) blank(code, at + 1, end - 1);
        }
        at = end;
    }
    return code;
}

QString luaCodeOf(const QString &source)
{
    QString code = source;
    static const QRegularExpression comment(u"--(?:\\[(=*)\\[.*?\\]\\1\\]|[^\\n]*)"_s,
                                            QRegularExpression::DotMatchesEverythingOption);
    auto matches = comment.globalMatch(source);
    while (matches.hasNext()) {
        const QRegularExpressionMatch match = matches.next();
        blank(code, match.capturedStart(), match.capturedEnd());
    }
    return code;
}

qsizetype lineOf(const QString &text, qsizetype position)
{
    return QStringView(text).first(position).count(u'\n') + 1;
}

} // namespace signalbox::architecture
