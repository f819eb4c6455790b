#pragma once

#include "core/model/error.h"

#include <QTest>

namespace signalbox::test {

/// The error of a call that must fail; a kind that no code uses when it did not.
template <typename T> [[nodiscard]] Error errorOf(const Result<T> &result)
{
    return result ? Error{Error::Kind::Internal, QStringLiteral("It did not fail."), {}, {}} : result.error();
}

} // namespace signalbox::test

/// A Result that must hold a value; its error is the message when it does not.
#define VERIFY_OK(result)                                                                                    \
    do {                                                                                                     \
        const auto &verified = (result);                                                                     \
        QVERIFY2(verified.has_value(), verified ? "" : qUtf8Printable(verified.error().text()));             \
    } while (false)
