#pragma once

#include "core/runtime/answer.h"

#include <QList>

#include <memory>

namespace signalbox::service {

/// Calls fn(results), in the order of the futures, once all are finished; at once when there are none. Never
/// when the receiver died first.   Threads  the receiver's.
template <typename T, typename Fn>
void whenAll(const QList<QFuture<Result<T>>> &futures, QObject *receiver, Fn fn)
{
    struct Gathered { // owned by the lambdas below, together
        QList<std::optional<Result<T>>> results;
        qsizetype missing = 0;
    };
    if (futures.isEmpty()) return fn(QList<Result<T>>());
    const auto gathered = std::make_shared<Gathered>();
    gathered->results.resize(futures.size());
    gathered->missing = futures.size();
    const auto finish = std::make_shared<Fn>(std::move(fn));
    for (qsizetype i = 0; i < futures.size(); ++i)
        runtime::whenDone(futures[i], receiver, [gathered, finish, i](const Result<T> &result) {
            gathered->results[i] = result;
            if (--gathered->missing > 0) return;
            QList<Result<T>> all;
            for (const std::optional<Result<T>> &one : gathered->results) all.append(*one);
            (*finish)(all);
        });
}

/// All values, or the first error.
template <typename T> [[nodiscard]] Result<QList<T>> allOf(const QList<Result<T>> &results)
{
    QList<T> values;
    for (const Result<T> &result : results) {
        if (!result) return tl::unexpected(result.error());
        values.append(*result);
    }
    return values;
}

} // namespace signalbox::service
