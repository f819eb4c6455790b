#include "core/model/filter_scanner.h"

#include <QCoreApplication>

namespace signalbox {

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(signalbox::JobFilter)
};

class Scanner {
public:
    Scanner(QStringView text, bool isOpenEndFine) : m_text(text), m_isOpenEndFine(isOpenEndFine) { }

    tl::expected<QList<FilterToken>, FilterFault> run()
    {
        QList<FilterToken> tokens;
        while (skipSpaces()) {
            tokens.append(token());
            if (m_openQuote && !m_isOpenEndFine) return tl::unexpected(unclosed());
        }
        return tokens;
    }

private:
    [[nodiscard]] bool atEnd() const { return m_at >= m_text.size(); }
    [[nodiscard]] QChar here() const { return m_text[m_at]; }

    bool skipSpaces()
    {
        while (!atEnd() && here().isSpace()) ++m_at;
        return !atEnd();
    }

    FilterToken token()
    {
        FilterToken token;
        token.begin = m_at;
        const bool isMinusBeforeSomething
            = here() == u'-' && m_at + 1 < m_text.size() && !m_text[m_at + 1].isSpace();
        if (isMinusBeforeSomething) {
            token.isExcluded = true;
            ++m_at;
        }
        FilterPiece first = piece(u":");
        if (!atEnd() && here() == u':' && first.end > first.begin) {
            ++m_at;
            token.key = std::move(first);
            readValues(token);
        } else {
            first = joined(std::move(first), piece(u"")); // a colon without a key before it is text
            token.values.append(std::move(first));
        }
        token.end = m_at;
        return token;
    }

    void readValues(FilterToken &token)
    {
        token.values.append(piece(u","));
        while (!atEnd() && here() == u',') {
            ++m_at;
            token.values.append(piece(u","));
        }
    }

    /// Up to a space or one of `stops` outside quotes.
    FilterPiece piece(QStringView stops)
    {
        FilterPiece piece{{}, m_at, m_at};
        while (!atEnd() && !here().isSpace() && !stops.contains(here())) {
            if (here() == u'"')
                readQuoted(piece.text);
            else
                piece.text += m_text[m_at++];
        }
        piece.end = m_at;
        return piece;
    }

    void readQuoted(QString &to)
    {
        const qsizetype quote = m_at++;
        while (!atEnd() && here() != u'"') {
            const bool isEscape = here() == u'\\' && m_at + 1 < m_text.size()
                && (m_text[m_at + 1] == u'"' || m_text[m_at + 1] == u'\\');
            if (isEscape) ++m_at;
            to += m_text[m_at++];
        }
        if (atEnd())
            m_openQuote = quote;
        else
            ++m_at;
    }

    static FilterPiece joined(FilterPiece first, const FilterPiece &second)
    {
        first.text += second.text;
        first.end = second.end;
        return first;
    }

    [[nodiscard]] FilterFault unclosed() const
    {
        return {{Error::Kind::Invalid, Words::tr("The filter is not understood."),
                 Words::tr("A double quote is not closed."), Words::tr("Close it with another one.")},
                *m_openQuote,
                m_text.size() - *m_openQuote};
    }

    QStringView m_text;
    bool m_isOpenEndFine;
    qsizetype m_at = 0;
    std::optional<qsizetype> m_openQuote;
};

} // namespace

tl::expected<QList<FilterToken>, FilterFault> scanFilter(QStringView text, bool isOpenEndFine)
{
    return Scanner(text, isOpenEndFine).run();
}

} // namespace signalbox
