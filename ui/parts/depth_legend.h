#pragma once

#include <QWidget>

namespace signalbox::ui {

/// What the colours and hatchings of the depth bars mean, and that their length is logarithmic.
class DepthLegend : public QWidget {
    Q_OBJECT
public:
    explicit DepthLegend(QWidget *parent = nullptr);
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
};

} // namespace signalbox::ui
