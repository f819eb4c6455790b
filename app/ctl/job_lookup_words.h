#pragma once

#include "core/runtime/answer.h"

#include <type_traits>

namespace signalbox::ctl {

template <typename T, typename Word>
[[nodiscard]] QFuture<Result<QList<Result<QString>>>> wordsOf(const QFuture<Result<QList<Result<T>>>> &future,
                                                              QObject *receiver, Word word)
{
    const runtime::Answer<QList<Result<QString>>> answer;
    runtime::whenDone(future, receiver, [answer, word](const Result<QList<Result<T>>> &verdicts) {
        if (!verdicts) return answer.give(tl::unexpected(verdicts.error()));
        QList<Result<QString>> words;
        for (const Result<T> &verdict : *verdicts) {
            if constexpr (std::is_void_v<T>)
                words.append(verdict.map([&] { return word(); }));
            else
                words.append(verdict.map([&](const T &value) { return word(value); }));
        }
        answer.give(words);
    });
    return answer.future();
}

} // namespace signalbox::ctl
