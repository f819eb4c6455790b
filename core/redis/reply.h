#pragma once

#include "core/model/error.h"

#include <QByteArray>

#include <vector>

namespace signalbox::redis {

/// One RESP2 reply as a value. An error reply never gets here: it became an Error.   Threads  any.
struct Reply {
    enum class Type { Nil, Integer, Text, Status, Array };
    Type type = Type::Nil;
    qint64 integer = 0;
    QByteArray text;
    std::vector<Reply> elements;

    [[nodiscard]] bool isNil() const { return type == Type::Nil; }
    [[nodiscard]] bool isArray() const { return type == Type::Array; }
    [[nodiscard]] qint64 toInteger() const { return type == Type::Integer ? integer : text.toLongLong(); }
    [[nodiscard]] size_t size() const { return elements.size(); }
    [[nodiscard]] const Reply &at(size_t i) const { return elements.at(i); }
    bool operator==(const Reply &) const = default;
};

} // namespace signalbox::redis
