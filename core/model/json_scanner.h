#pragma once

#include "core/model/json_text.h"

#include <QByteArrayView>
#include <QString>

#include <forward_list>
#include <string_view>
#include <vector>

namespace signalbox {

/// Walks over one JSON document and says whether it is one, without building anything from it.
///
/// By hand, and not by QJsonDocument, because what we keep is the text: we need the exact slices of the
/// members, and QJsonDocument gives none. It also accepts what we refuse (duplicate keys, lone surrogates),
/// turns integers beyond 2^53 into doubles, caps the depth at a number of its own and reports an offset
/// without a line.
///
/// No recursion: the depth a caller allows costs memory, never stack.   Cost  O(n log n), linear but for key
/// checks. Invariants
///   1. m_at only grows, and never beyond the text's end.
///   2. m_levels holds the open containers, outermost first; m_levels.size() is the depth.
///   3. m_keys holds the keys of the open objects, in order; those of m_levels[i] begin at
///   m_levels[i].firstKey.
class JsonScanner {
public:
    struct Slice {
        qsizetype begin = 0;
        qsizetype end = 0;
    };
    struct Part {  ///< of the outermost container
        Slice key; ///< the literal with its quotes; empty in an array
        Slice value;
    };

    JsonScanner(QByteArrayView text, const JsonLimits &limits);
    /// Once. False: see why().
    [[nodiscard]] bool scan();
    [[nodiscard]] Slice document() const { return m_document; } ///< without the whitespace around it
    [[nodiscard]] const std::vector<Part> &parts() const { return m_parts; }
    [[nodiscard]] QString why() const; ///< "Line 3, column 14: a comma or ] is missing."
    [[nodiscard]] QByteArrayView at(Slice slice) const
    {
        return m_text.sliced(slice.begin, slice.end - slice.begin);
    }

private:
    struct Level {
        bool isObject = false;
        bool isEmpty = true;
        size_t firstKey = 0;
    };
    struct Key {
        std::string_view text; // unescaped; in m_text or in m_unescaped
        qsizetype at = 0;
    };

    [[nodiscard]] bool step(); ///< one item of the innermost container, or its end
    [[nodiscard]] bool key();
    [[nodiscard]] bool value(); ///< a scalar, or the opening of a container
    [[nodiscard]] bool open(bool isObject);
    [[nodiscard]] bool close();
    [[nodiscard]] bool keysDiffer(size_t first);
    [[nodiscard]] bool string(Slice *literal, bool *hasEscapes);
    [[nodiscard]] bool escape();
    [[nodiscard]] bool unicodeEscape();
    [[nodiscard]] int hex4(); ///< of the four digits after \u; −1 when they are not there
    [[nodiscard]] bool multiByte();
    [[nodiscard]] bool number();
    [[nodiscard]] bool digits(const char *cause); ///< untranslated
    [[nodiscard]] bool word(std::string_view expected);
    [[nodiscard]] bool refuse(qsizetype at, QString cause);

    void skipSpace();
    [[nodiscard]] bool atEnd() const { return m_at >= m_text.size(); }
    [[nodiscard]] char peek() const { return atEnd() ? '\0' : m_text[m_at]; }
    [[nodiscard]] bool startsWith(std::string_view word) const;

    QByteArrayView m_text;
    JsonLimits m_limits;
    qsizetype m_at = 0;
    Slice m_document;
    std::vector<Level> m_levels;
    std::vector<Key> m_keys;
    std::forward_list<QByteArray> m_unescaped; // a list, as m_keys points into it; empty, it costs nothing
    std::vector<Part> m_parts;
    qsizetype m_problemAt = 0;
    QString m_cause;
};

} // namespace signalbox
