#pragma once

namespace brickwork {

// A list whose places are part of what stands in it: to join needs no memory, and whoever goes has left. One thread.
template <class T>
class Chain {
 public:
  class Place {
   public:
    Place() = default;
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { leave(); }

    void leave() {
      previous_->next_ = next_;
      next_->previous_ = previous_;
      previous_ = next_ = this;
    }

   private:
    friend class Chain;
    Place* previous_ = this;
    Place* next_ = this;
  };

  bool empty() const { return ends_.next_ == &ends_; }
  T& first() { return static_cast<T&>(*ends_.next_); }  // of one that is not empty

  void join(T& last) {
    Place& place = last;
    place.leave();
    place.previous_ = ends_.previous_;
    place.next_ = &ends_;
    ends_.previous_->next_ = &place;
    ends_.previous_ = &place;
  }

  // Nobody may leave meanwhile.
  template <class Visit>
  void each(Visit visit) {
    for (Place* place = ends_.next_; place != &ends_; place = place->next_) visit(static_cast<T&>(*place));
  }

 private:
  Place ends_;
};

}  // namespace brickwork
